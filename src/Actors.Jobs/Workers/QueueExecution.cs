using System.Text.Json;
using Actors.Jobs.Types;

namespace Actors.Jobs.Workers;

/// <summary>What the attempts of a queue have in common in one process.</summary>
/// <param name="Queue">Its name.</param>
/// <param name="Services">Makes handlers and middleware.</param>
/// <param name="Pipeline">What is around the handlers.</param>
/// <param name="Time">The clock.</param>
/// <param name="ChosenJson">How values are written and read; null for the web defaults.</param>
internal sealed partial record QueueExecution(string Queue, IServiceProvider Services, JobPipeline Pipeline, TimeProvider Time, JsonSerializerOptions? ChosenJson = null)
{
    private volatile bool _isStopping;

    /// <summary>Whether the process is about to end: what is cut short is so by that.</summary>
    public bool IsStopping
    {
        get => _isStopping;
        set => _isStopping = value;
    }

    /// <summary>How values are written and read.</summary>
    public JsonSerializerOptions Json => ChosenJson ?? JobTypes.DefaultJson;

    /// <summary>The queues of the process, for jobs that enqueue others.</summary>
    public IJobs? Jobs { get; init; }

    /// <summary>What its jobs have said of their work.</summary>
    public JobReports Reports { get; } = new(Time);
}
