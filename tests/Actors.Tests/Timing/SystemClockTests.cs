using System.Diagnostics;

namespace Actors.Tests.Timing;

/// <summary>Timers on the clock of the operating system, which a thread of their own waits for.</summary>
public sealed class SystemClockTests
{
    /// <summary>
    /// Each round starts a timer that is far, one that is near, and takes the far one back, so that the timer thread is told of new first
    /// timers at every moment of its waiting and waking.
    /// </summary>
    [Fact, Trait("rule", "SCH-1")]
    public async Task No_timer_is_early_and_none_is_forgotten_while_many_are_started_and_cancelled()
    {
        const int Actors = 8;
        const int Rounds = 200;
        await using var system = ActorSystem.Create("clock");
        var all = Enumerable.Range(0, Actors).Select(number =>
        {
            var done = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
            system.ActorOf(Props.Create(() => new Restless(number, Rounds, done)));
            return done.Task;
        });
        (await Task.WhenAll(all).WaitAsync(TimeSpan.FromMinutes(1))).ShouldAllBe(earliest => earliest >= 0);
    }

    /// <summary>The second is started while the timer thread, which woke for the first, is about to sleep again. Nothing else would ever wake it.</summary>
    [Fact]
    public async Task A_timer_that_is_started_while_the_timer_thread_falls_asleep_wakes_it()
    {
        const int Rounds = 1000;
        await using var system = ActorSystem.Create("clock");
        var silent = system.ActorOf(Puppet.Props(script: new Puppet.Script { Construct = puppet => puppet.On<Silence>(_ => { }) }));
        var random = new Random(1);
        for (var i = 0; i < Rounds; i++)
        {
            var first = silent.AskAsync(new Silence(), TimeSpan.FromMilliseconds(1));
            while (!first.IsCompleted)
            {
                Thread.SpinWait(1);
            }

            Thread.SpinWait(random.Next(20));
            var second = silent.AskAsync(new Silence(), TimeSpan.FromTicks(1));
            await Task.WhenAny(second).WaitAsync(TimeSpan.FromSeconds(30));
            second.Exception!.InnerException.ShouldBeOfType<AskTimeoutException>(); // Nobody answers.
        }
    }

    private sealed record Silence : IRequest<string>;

    private sealed class Restless : ReceiveActor
    {
        private readonly Random _random;
        private long _earliestTicks = long.MaxValue;
        private int _left;

        public Restless(int seed, int rounds, TaskCompletionSource<long> done)
        {
            _random = new Random(seed);
            _left = rounds;
            Receive<Round>(round =>
            {
                _earliestTicks = Math.Min(_earliestTicks, (Stopwatch.GetElapsedTime(round.Began) - round.Delay).Ticks);
                if (--_left == 0)
                {
                    done.TrySetResult(_earliestTicks);
                }
                else
                {
                    Begin();
                }
            });
            Begin();
        }

        private void Begin()
        {
            Context.Timers.StartSingle("far", new Round(0, TimeSpan.Zero), TimeSpan.FromSeconds(100 + _random.Next(100)));
            var delay = TimeSpan.FromTicks(_random.Next(3 * (int)TimeSpan.TicksPerMillisecond));
            Context.Timers.StartSingle("near", new Round(Stopwatch.GetTimestamp(), delay), delay);
            Context.Timers.Cancel("far");
        }

        private sealed record Round(long Began, TimeSpan Delay);
    }
}
