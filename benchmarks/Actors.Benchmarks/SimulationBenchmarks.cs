using System.Diagnostics;
using Actors.TestKit;

namespace Actors.Benchmarks;

/// <summary>Steps per second of a simulated system in which actors talk, fail and are restarted, with every promise checked after every step.</summary>
internal static class SimulationBenchmarks
{
    private const int Pairs = 50;

    public static async Task RunAsync()
    {
        await StepsAsync(100_000);
        Report.Line("simulation-steps", await StepsAsync(3_000_000), "steps/s");
    }

    private static async Task<double> StepsAsync(int messages)
    {
        var watch = Stopwatch.StartNew();
        var report = await Simulation.ReplayAsync(seed: 1, async run =>
        {
            run.System.Simulation!.StepLimit = long.MaxValue;
            run.Faults[FaultPoint.Handler] = 0.001;
            for (var i = 0; i < Pairs; i++)
            {
                var left = run.System.ActorOf(Props.Create(() => new Player()));
                var right = run.System.ActorOf(Props.Create(() => new Player()));
                left.Tell(new Ball(left, right) { Left = messages / Pairs });
            }

            await run.System.DrainAsync();
        });
        return report.Steps / watch.Elapsed.TotalSeconds;
    }

    private sealed class Ball(IActorRef one, IActorRef other)
    {
        public int Left { get; set; }

        public void Return(IActorRef from)
        {
            if (Left-- > 0)
            {
                (ReferenceEquals(from, one) ? other : one).Tell(this, from);
            }
        }
    }

    /// <summary>Plays on after a fault, which does not bring the ball back.</summary>
    private sealed class Player : ReceiveActor
    {
        public Player() => Receive<Ball>(ball => ball.Return(Self));

        protected override ValueTask PreRestartAsync(Exception reason, object? message)
        {
            (message as Ball)?.Return(Self);
            return base.PreRestartAsync(reason, message);
        }
    }
}
