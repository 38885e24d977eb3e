using System.Diagnostics;

namespace Actors.Benchmarks.Kernel;

/// <summary>Messages per second between actors.</summary>
internal static class TellMeasurements
{
    private const string Unit = "messages/s";

    public static IEnumerable<Measurement> Measurements { get; } =
    [
        new("tell-1-pair", Unit, "two actors answer each other, one message on its way", size => PingPongAsync(1, 1, (long)(10_000_000 * size))),
        new("tell-2-pairs", Unit, "the same with two pairs", size => PingPongAsync(2, 1, (long)(20_000_000 * size))),
        new("tell-1000-in-flight", Unit, "two pairs, each with 1000 messages on their way", size => PingPongAsync(2, 1000, (long)(40_000_000 * size))),
        new("fan-in", Unit, "one actor gets from four, which send 1000 at a time", size => FanInAsync(4, (long)(10_000_000 * size))),
    ];

    private static async Task<double> PingPongAsync(int pairs, int inFlight, long messages)
    {
        await using var system = ActorSystem.Create("benchmark");
        var all = new List<Task>();
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < pairs; i++)
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var left = system.ActorOf(Props.Create(() => new Player(done, messages / pairs / 2)));
            var right = system.ActorOf(Props.Create(() => new Player(done, long.MaxValue)));
            for (var ball = 0; ball < inFlight; ball++)
            {
                left.Tell(Ball.Instance, right);
            }

            all.Add(done.Task);
        }

        await Task.WhenAll(all);
        return messages / watch.Elapsed.TotalSeconds;
    }

    private static async Task<double> FanInAsync(int senders, long messages)
    {
        await using var system = ActorSystem.Create("benchmark");
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var share = messages / senders;
        var counter = system.ActorOf(Props.Create(() => new Counter(done, share * senders)));
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < senders; i++)
        {
            system.ActorOf(Props.Create(() => new Sender(counter, share))).Tell(Ball.Instance);
        }

        await done.Task;
        return messages / watch.Elapsed.TotalSeconds;
    }

    /// <summary>Returns every message, and plays on with a partner for as long as the system lives.</summary>
    internal sealed class Player(TaskCompletionSource done, long left) : ActorBase
    {
        private long _left = left;

        protected override ValueTask OnReceiveAsync(object message)
        {
            if (--_left <= 0)
            {
                done.TrySetResult();
            }
            else
            {
                Sender.Tell(message, Self);
            }

            return default;
        }
    }

    private sealed class Counter(TaskCompletionSource done, long left) : ActorBase
    {
        private long _left = left;

        protected override ValueTask OnReceiveAsync(object message)
        {
            if (--_left == 0)
            {
                done.TrySetResult();
            }

            return default;
        }
    }

    /// <summary>Sends in batches and then gives way, so that the receiver's mailbox does not hold everything.</summary>
    private sealed class Sender(IActorRef target, long left) : ActorBase
    {
        private long _left = left;

        protected override ValueTask OnReceiveAsync(object message)
        {
            for (var i = 0; i < 1000 && _left > 0; i++, _left--)
            {
                target.Tell(message, Self);
            }

            if (_left > 0)
            {
                Self.Tell(message, Self);
            }

            return default;
        }
    }
}
