using System.Collections.Concurrent;

namespace Actors.Jobs.Tests;

/// <summary>The job of most tests.</summary>
[Job("work")]
internal sealed record Work(string Text = "x");

/// <summary>Does what the test has written into the script.</summary>
internal sealed class WorkHandler(Script script) : IJobHandler<Work>
{
    public Task HandleAsync(Work job, JobContext context, CancellationToken cancellationToken) => script.Run(job.Text, context, cancellationToken);
}

/// <summary>The job of the second queue.</summary>
[Job("second", Queue = "second")]
internal sealed record Second(string Text = "second");

internal sealed class SecondHandler(Script script) : IJobHandler<Second>
{
    public Task HandleAsync(Second job, JobContext context, CancellationToken cancellationToken) => script.Run(job.Text, context, cancellationToken);
}

/// <summary>Says what a handler does, and notes what it did.</summary>
internal sealed class Script(TimeProvider time)
{
    private readonly ConcurrentQueue<Attempt> _attempts = new();
    private int _running;
    private int _mostAtOnce;

    /// <summary>What the handler does; returns a Task or a Task of JobResult. Nothing by default.</summary>
    public Func<JobContext, CancellationToken, Task> Body { get; set; } = static (_, _) => Task.CompletedTask;

    /// <summary>All attempts that have begun, in their order.</summary>
    public IReadOnlyList<Attempt> Attempts => [.. _attempts];

    /// <summary>How many attempts have begun.</summary>
    public int Begun => _attempts.Count;

    public int Running => Volatile.Read(ref _running);

    public int MostAtOnce => Volatile.Read(ref _mostAtOnce);

    /// <summary>Waits for ever, or until it is cancelled.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);

    public Task Run(string text, JobContext context, CancellationToken cancellationToken)
    {
        _attempts.Enqueue(new Attempt(context.Id, context.Attempt, text, time.GetUtcNow()));
        var running = Interlocked.Increment(ref _running);
        for (var most = MostAtOnce; running > most; most = MostAtOnce)
        {
            Interlocked.CompareExchange(ref _mostAtOnce, running, most);
        }

        try
        {
            var body = Body(context, cancellationToken);
            return body is Task<JobResult> answered ? CountAsync(answered) : CountAsync(body);
        }
        catch
        {
            Interlocked.Decrement(ref _running);
            throw;
        }
    }

    private async Task CountAsync(Task body)
    {
        try
        {
            await body;
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private async Task<JobResult> CountAsync(Task<JobResult> body)
    {
        try
        {
            return await body;
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}

internal sealed record Attempt(JobId Id, int Number, string Text, DateTimeOffset BeganAt);
