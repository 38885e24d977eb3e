using System.Diagnostics;

namespace Actors.Benchmarks.Kernel;

/// <summary>Many children of one parent: how fast they come and go, and what they hold.</summary>
internal static class CreateMeasurements
{
    private const string Unit = "actors/s";

    public static IEnumerable<Measurement> Measurements { get; } =
    [
        new("create", Unit, "one parent starts 100,000 children; until the last has started", async size => (await CreateAsync((int)(100_000 * size))).Create),
        new("create-stop", Unit, "the same and then stops; until the last has ended", async size => (await CreateAsync((int)(100_000 * size))).CreateAndStop),
        new("bytes-per-actor", "bytes", "what an idle actor holds, everything counted: 10 parents with 100,000 children each, which have started and had one message", size => HoldAsync((int)(100_000 * size)), MaxRuns: 2),
    ];

    private static async Task<(double Create, double CreateAndStop)> CreateAsync(int count)
    {
        await using var system = ActorSystem.Create("benchmark");
        var started = new Countdown(count);
        var ended = new Countdown(count + 1);
        var props = Props.Create(() => new Child(started, ended));
        GC.Collect(); // What the last run left is not this run's to clear.
        var watch = Stopwatch.StartNew();
        var parent = system.ActorOf(Props.Create(() => new Parent(ended)));
        parent.Tell(new Parent.Start(props, count));
        await started.Ended;
        var creating = watch.Elapsed.TotalSeconds;
        system.Stop(parent);
        await ended.Ended;
        return (count / creating, count / watch.Elapsed.TotalSeconds);
    }

    private static async Task<double> HoldAsync(int count)
    {
        const int Parents = 10;
        await using var system = ActorSystem.Create("benchmark");
        var started = new Countdown(count * Parents);
        var got = new Countdown(count * Parents);
        var props = Props.Create(() => new IdleChild(started, got));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var parents = new List<IActorRef>();
        for (var i = 0; i < Parents; i++)
        {
            var parent = system.ActorOf(Props.Create(() => new Parent(new Countdown(1))));
            parent.Tell(new Parent.Start(props, count));
            parents.Add(parent);
        }

        await started.Ended;
        parents.ForEach(parent => parent.Tell(Parent.TellAll.Instance));
        await got.Ended;
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(parents);
        return (double)bytes / count / Parents;
    }

    private sealed class Parent(Countdown ended) : ActorBase
    {
        protected override ValueTask OnReceiveAsync(object message)
        {
            if (message is Start start)
            {
                for (var i = 0; i < start.Count; i++)
                {
                    Context.ActorOf(start.Props);
                }
            }
            else
            {
                foreach (var child in Context.Children)
                {
                    child.Tell(Ball.Instance);
                }
            }

            return default;
        }

        protected override ValueTask PostStopAsync()
        {
            ended.Signal();
            return default;
        }

        public sealed record Start(Props Props, int Count);

        public sealed record TellAll
        {
            public static readonly TellAll Instance = new();
        }
    }

    private sealed class Child(Countdown started, Countdown ended) : ActorBase
    {
        protected override ValueTask PreStartAsync()
        {
            started.Signal();
            return default;
        }

        protected override ValueTask OnReceiveAsync(object message) => default;

        protected override ValueTask PostStopAsync()
        {
            ended.Signal();
            return default;
        }
    }

    private sealed class IdleChild(Countdown started, Countdown got) : ActorBase
    {
        protected override ValueTask PreStartAsync()
        {
            started.Signal();
            return default;
        }

        protected override ValueTask OnReceiveAsync(object message)
        {
            got.Signal();
            return default;
        }
    }
}
