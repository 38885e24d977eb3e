using System.Collections.Concurrent;
using Actors.Jobs;
using Actors.Services;

namespace Actors.Hosting.Tests;

internal static class Bodies
{
    public static Task ForEver(ServiceContext context, CancellationToken cancellationToken) =>
        Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);

    public static Task Nothing(ServiceContext context, CancellationToken cancellationToken) => Task.CompletedTask;
}

[Job("greet", Queue = "greetings")]
internal sealed record Greet(string Name);

internal sealed class GreetHandler(ConcurrentQueue<string> diary) : IJobHandler<Greet>
{
    public Task HandleAsync(Greet job, JobContext context, CancellationToken cancellationToken)
    {
        diary.Enqueue($"Hello {job.Name}");
        return Task.CompletedTask;
    }
}

internal sealed class Counter : ReceiveActor
{
    private int _count;

    public Counter() => Receive<Increment>(_ => Sender.Tell(++_count, Self));

    public sealed record Increment : IRequest<int>;
}
