namespace Actors.Jobs.Workers;

/// <summary>What the attempts of a queue have in common in one process.</summary>
/// <param name="Queue">Its name.</param>
/// <param name="Services">Makes handlers and middleware.</param>
/// <param name="Pipeline">What is around the handlers.</param>
internal sealed record QueueExecution(string Queue, IServiceProvider Services, JobPipeline Pipeline);
