using System.Diagnostics;

namespace Actors.Benchmarks;

/// <summary>Messages per second between actors.</summary>
internal static class KernelBenchmarks
{
    public static async Task RunAsync()
    {
        await using var system = ActorSystem.Create("benchmark");
        foreach (var isWarmUp in (bool[])[true, false])
        {
            var messages = isWarmUp ? 1_000_000L : 20_000_000L;
            var pair = await PingPongAsync(system, 1, messages);
            var pairs = await PingPongAsync(system, 2, messages);
            var fanIn = await FanInAsync(system, 4, messages / 2);
            if (!isWarmUp)
            {
                Report.Line("tell-1-pair", pair, "messages/s");
                Report.Line("tell-2-pairs", pairs, "messages/s");
                Report.Line("fan-in", fanIn, "messages/s");
            }
        }
    }

    private static async Task<double> PingPongAsync(ActorSystem system, int pairs, long messages)
    {
        var all = new List<Task>();
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < pairs; i++)
        {
            var done = new TaskCompletionSource();
            var left = system.ActorOf(Props.Create(() => new Player(done, messages / pairs / 2)));
            var right = system.ActorOf(Props.Create(() => new Player(done, long.MaxValue)));
            left.Tell(Ball.Instance, right);
            all.Add(done.Task);
        }

        await Task.WhenAll(all);
        return messages / watch.Elapsed.TotalSeconds;
    }

    private static async Task<double> FanInAsync(ActorSystem system, int senders, long messages)
    {
        var done = new TaskCompletionSource();
        var counter = system.ActorOf(Props.Create(() => new Counter(done, messages)));
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < senders; i++)
        {
            system.ActorOf(Props.Create(() => new Sender(counter, messages / senders))).Tell(Ball.Instance);
        }

        await done.Task;
        return messages / watch.Elapsed.TotalSeconds;
    }

    private sealed class Ball
    {
        public static readonly Ball Instance = new();
    }

    private sealed class Player(TaskCompletionSource done, long left) : ActorBase
    {
        private long _left = left;

        protected override ValueTask OnReceiveAsync(object message)
        {
            if (--_left == 0)
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
