using System.Diagnostics;
using Actors.TestKit;

namespace Actors.Benchmarks.Kernel;

/// <summary>Steps per second of a simulated system in which actors talk, fail and are restarted, with every promise checked after every step.</summary>
internal static class SimulationMeasurements
{
    private const int Pairs = 50;

    public static Measurement[] Measurements { get; } =
    [
        new("simulation-steps", "steps/s", "simulated messages of 50 pairs that answer each other, 1 in 1000 failing, every promise checked after each", StepsAsync),
    ];

    private static async Task<double> StepsAsync(double size)
    {
        var messages = (int)(3_000_000 * size);
        var watch = Stopwatch.StartNew();
        var report = await Simulation.ReplayAsync(seed: 1, async run =>
        {
            run.System.Simulation!.StepLimit = long.MaxValue;
            run.Faults[FaultPoint.Handler] = 0.001;
            for (var i = 0; i < Pairs; i++)
            {
                var left = run.System.ActorOf(Props.Create(() => new Player()));
                var right = run.System.ActorOf(Props.Create(() => new Player()));
                left.Tell(new SharedBall(left, right) { Left = messages / Pairs });
            }

            await run.System.DrainAsync();
        });
        return report.Steps / watch.Elapsed.TotalSeconds;
    }

    private sealed class SharedBall(IActorRef one, IActorRef other)
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
        public Player() => Receive<SharedBall>(ball => ball.Return(Self));

        protected override ValueTask PreRestartAsync(Exception reason, object? message)
        {
            (message as SharedBall)?.Return(Self);
            return base.PreRestartAsync(reason, message);
        }
    }
}
