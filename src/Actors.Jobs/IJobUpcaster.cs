using System.Text.Json.Nodes;

namespace Actors.Jobs;

/// <summary>
/// Turns the stored arguments of one version of a job into those of the next. Jobs that an older program has enqueued go through all steps from their version
/// to that of the class, each time they are to run; what is stored stays as it is.
/// </summary>
/// <typeparam name="TJob">The job.</typeparam>
public interface IJobUpcaster<TJob>
{
    /// <summary>The version that it reads; it writes the next. From 1.</summary>
    int FromVersion { get; }

    /// <summary>Makes the arguments of the next version. They may be changed in place. When it throws, the job is parked with the reason. Called from any thread.</summary>
    JsonObject Upcast(JsonObject args);
}
