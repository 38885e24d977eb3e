using System.Diagnostics;

namespace Actors.Benchmarks.Kernel;

/// <summary>Questions with a timeout, all answered at once.</summary>
internal static class AskMeasurements
{
    private const string Unit = "asks/s";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    public static IEnumerable<Measurement> Measurements { get; } =
    [
        new("ask-timeout", Unit, "an actor asks another, one question after another, each with a timeout", async size => (await InsideAsync(1, (int)(2_000_000 * size))).Rate),
        new("ask-timeout-1000", Unit, "the same with 1000 questions on their way", async size => (await InsideAsync(1000, (int)(2_000_000 * size))).Rate),
        new("ask-bytes", "bytes", "what one question with a timeout allocates, request and answer not counted", async size => (await InsideAsync(1, (int)(1_000_000 * size))).Bytes),
        new("ask-outside", Unit, "a task of the thread pool asks an actor, one question after another, each with a timeout", size => OutsideAsync(1, (int)(200_000 * size))),
        new("ask-outside-1000", Unit, "the same with 1000 questions on their way", size => OutsideAsync(1000, (int)(1_000_000 * size))),
    ];

    private static async Task<(double Rate, double Bytes)> InsideAsync(int inFlight, int asks)
    {
        await using var system = ActorSystem.Create("benchmark");
        var echo = system.ActorOf(Props.Create<Echo>());
        var asker = system.ActorOf(Props.Create(() => new Asker(echo, inFlight)));
        await asker.AskAsync(new Go(1), System.Threading.Timeout.InfiniteTimeSpan);
        var watch = Stopwatch.StartNew();
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await asker.AskAsync(new Go(asks / inFlight), System.Threading.Timeout.InfiniteTimeSpan);
        var bytes = GC.GetTotalAllocatedBytes(precise: true) - before;
        var count = (double)(asks / inFlight * inFlight);
        return (count / watch.Elapsed.TotalSeconds, bytes / count);
    }

    private static async Task<double> OutsideAsync(int inFlight, int asks)
    {
        await using var system = ActorSystem.Create("benchmark");
        var echo = system.ActorOf(Props.Create<Echo>());
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => Task.Run(() => AskAsync(echo, asks / inFlight))));
        return asks / watch.Elapsed.TotalSeconds;
    }

    private static async Task AskAsync(IActorRef echo, int asks)
    {
        for (var i = 0; i < asks; i++)
        {
            await echo.AskAsync(Question.Instance, Timeout);
        }
    }

    private sealed class Question : IRequest<Ball>
    {
        public static readonly Question Instance = new();
    }

    private sealed record Go(int Rounds) : IRequest<Ball>;

    private sealed class Echo : ActorBase
    {
        protected override ValueTask OnReceiveAsync(object message)
        {
            Sender.Tell(Ball.Instance, Self);
            return default;
        }
    }

    /// <summary>Has some loops at once, each of which asks and awaits the answer.</summary>
    private sealed class Asker(IActorRef echo, int inFlight) : ActorBase
    {
        protected override async ValueTask OnReceiveAsync(object message)
        {
            var sender = Sender;
            var loops = new Task[inFlight];
            for (var i = 0; i < inFlight; i++)
            {
                loops[i] = AskAsync(echo, ((Go)message).Rounds);
            }

            await Task.WhenAll(loops);
            sender.Tell(Ball.Instance, Self);
        }
    }
}
