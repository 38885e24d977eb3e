using Actors.TestKit;

namespace Actors.Services.Tests;

/// <summary>Code of services, and short ways to define them.</summary>
internal static class Bodies
{
    public static IServices StartServices(this TestSystem system, params ServiceDefinition[] definitions) => system.System.StartServices(definitions);

    /// <summary>Runs until it is told to stop.</summary>
    public static Task UntilStopped(ServiceContext context, CancellationToken cancellationToken) => context.DelayAsync(Timeout.InfiniteTimeSpan);

    /// <summary>Never ends, whatever it is told.</summary>
    public static Task Never(ServiceContext context, CancellationToken cancellationToken) => new TaskCompletionSource().Task;

    public static ServiceDefinition Idle(string name, ServiceOptions? options = null) => ServiceDefinition.Service(name, UntilStopped, options);

    public static ServiceDefinition Stuck(string name, ServiceOptions? options = null) => ServiceDefinition.Service(name, Never, options);

    /// <summary>Notes "start" and "end".</summary>
    public static ServiceDefinition Noting(string name, Diary diary, ServiceOptions? options = null) => ServiceDefinition.Service(
        name,
        async (context, _) =>
        {
            diary.Note($"{name} starts");
            try
            {
                await context.DelayAsync(Timeout.InfiniteTimeSpan);
            }
            finally
            {
                diary.Note($"{name} ends");
            }
        },
        options);

    /// <summary>Notes "run" and fails at once.</summary>
    public static ServiceDefinition Failing(string name, Diary diary, ServiceOptions? options = null) => ServiceDefinition.Service(
        name,
        (_, _) =>
        {
            diary.Note("run");
            throw new BoomException();
        },
        options);

    /// <summary>The default delays without chance.</summary>
    public static RestartOptions Exact(int maxRestarts = RestartOptions.Unlimited) =>
        new() { MaxRestarts = maxRestarts, Backoff = new BackoffOptions { Jitter = 0 } };
}

/// <summary>What services throw in these tests.</summary>
internal sealed class BoomException(string message = "boom") : Exception(message);
