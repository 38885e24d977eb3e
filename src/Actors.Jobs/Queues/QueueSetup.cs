using Actors.Jobs.Processes;
using Actors.Jobs.Types;
using Actors.Jobs.Workers;

namespace Actors.Jobs.Queues;

/// <summary>What a queue is made of. It is the same for every instance of its actor in one process.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Options">Its settings.</param>
/// <param name="Handlers">The handlers by the stable names of their job types.</param>
/// <param name="History">Where finished jobs go.</param>
/// <param name="Services">Makes the handlers.</param>
/// <param name="Begun">Where begun attempts are noted.</param>
/// <param name="EnqueueTimeout">How long callers wait for durability.</param>
/// <param name="Neighbours">The way to other processes of the store; null when there are none.</param>
internal sealed record QueueSetup(
    string Name,
    QueueOptions Options,
    IReadOnlyDictionary<string, JobHandler> Handlers,
    IHistory History,
    IServiceProvider Services,
    IBegunTable Begun,
    TimeSpan EnqueueTimeout,
    Neighbours? Neighbours = null)
{
    private QueueState? _state;

    /// <summary>Its settings as they are now. They outlive the instance of the actor too.</summary>
    public QueueOptions Options { get; set; } = Options;

    /// <summary>What its attempts in this process have in common.</summary>
    public QueueExecution Execution { get; init; } = new(Name, Services, JobPipeline.None, TimeProvider.System);

    /// <summary>The names of all queues of the process that owns them.</summary>
    public IReadOnlySet<string> Queues { get; init; } = new HashSet<string>();

    /// <summary>What the queue knows of its jobs, for whoever only looks at numbers, from any thread. Null before the first recovery.</summary>
    public QueueState? State
    {
        get => Volatile.Read(ref _state);
        set => Volatile.Write(ref _state, value);
    }

    /// <summary>Whether the consumer is started. It outlives the instance of the actor, so that a restart goes on where it was.</summary>
    public bool IsConsuming { get; set; }
}
