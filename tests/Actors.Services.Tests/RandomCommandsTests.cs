using Actors.TestKit;
using Microsoft.Extensions.Logging;

namespace Actors.Services.Tests;

public sealed class RandomCommandsTests
{
    private static readonly string[] _names = ["steady", "crashing", "ending", "slow", "stuck", "tick"];

    [Theory, OnEachDispatcher(Seeds = 30)]
    public async Task Whatever_is_commanded_every_command_is_answered_and_no_service_runs_twice(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var running = new Running();
        var random = new Random(seed);
        var services = system.StartServices([.. _names.Select(name => Define(name, running, new Random(seed + name.Length)))]);
        var answers = new List<Task>();
        for (var i = 0; i < 60; i++)
        {
            answers.Add(Command(services, random));
            if (random.Next(3) == 0)
            {
                await system.AdvanceAsync(TimeSpan.FromSeconds(random.NextDouble() * 4));
            }
        }

        await system.AdvanceAsync(TimeSpan.FromMinutes(10));
        answers.Count(answer => !answer.IsCompleted).ShouldBe(0, "every command is answered");
        foreach (var answer in answers.Where(answer => answer.IsFaulted))
        {
            // Somebody was first; nothing else may go wrong.
            (answer.Exception?.InnerException is UnknownServiceException or DuplicateServiceException).ShouldBeTrue(answer.Exception?.ToString());
        }

        running.Overlaps.ShouldBeEmpty();
        var stop = services.StopAsync();
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        await stop;
        (await services.GetServicesAsync()).ShouldAllBe(status =>
            status.State == ServiceState.Stopped || status.State == ServiceState.Completed || status.State == ServiceState.Failed);
        running.Now.ShouldBe(0);
        system.Log.Entries.Where(entry => entry.Level >= LogLevel.Warning && entry.EventId.Id < 6000).ShouldBeEmpty("the kernel had nothing to mend");
        (system.Simulation?.LeftSeams ?? []).ShouldBeEmpty();
    }

    private static Task Command(IServices services, Random random)
    {
        var name = random.Next(8) == 0 ? "*" : _names[random.Next(_names.Length)];
        return random.Next(7) switch
        {
            0 or 1 => services.StartAsync(name),
            2 or 3 => services.StopAsync(name),
            4 => services.RestartAsync(name),
            5 => services.GetServicesAsync(name),
            _ when name == "steady" => services.UnregisterAsync(name),
            _ => services.RegisterAsync(ServiceDefinition.Service("steady", Bodies.UntilStopped)),
        };
    }

    private static ServiceDefinition Define(string name, Running running, Random random) => name == "tick"
        ? ServiceDefinition.Tick(
            name,
            TimeSpan.FromSeconds(1),
            (context, _) => running.Run(name, () => random.Next(5) == 0 ? throw new BoomException() : context.DelayAsync(TimeSpan.FromSeconds(0.5))))
        : ServiceDefinition.Service(
            name,
            (context, token) => running.Run(name, () => name switch
            {
                "crashing" => random.Next(2) == 0 ? throw new BoomException() : context.DelayAsync(TimeSpan.FromSeconds(random.Next(90))),
                "ending" => context.DelayAsync(TimeSpan.FromSeconds(2)),
                "slow" => SlowAsync(context, TimeSpan.FromSeconds(1)),
                "stuck" => SlowAsync(context, TimeSpan.FromSeconds(2.5)),
                _ => Bodies.UntilStopped(context, token),
            }),
            new ServiceOptions
            {
                StopTimeout = TimeSpan.FromSeconds(name == "stuck" ? 1 : 2),
                RestartType = name == "ending" ? RestartType.Permanent : RestartType.Transient,
                Restart = Bodies.Exact(maxRestarts: 8),
            });

    private static async Task SlowAsync(ServiceContext context, TimeSpan toStop)
    {
        try
        {
            await context.DelayAsync(Timeout.InfiniteTimeSpan);
        }
        finally
        {
            await Task.Delay(toStop, context.TimeProvider);
        }
    }

    /// <summary>Counts the bodies that run.</summary>
    private sealed class Running
    {
        private readonly Lock _lock = new();
        private readonly HashSet<string> _names = [];
        private readonly List<string> _overlaps = [];
        private int _now;

        public int Now => Volatile.Read(ref _now);

        public IReadOnlyList<string> Overlaps
        {
            get
            {
                lock (_lock)
                {
                    return [.. _overlaps];
                }
            }
        }

        public async Task Run(string name, Func<Task> body)
        {
            lock (_lock)
            {
                if (!_names.Add(name) && name != "stuck")
                {
                    _overlaps.Add(name); // An abandoned body may still run beside the next: that is what "stuck" is for.
                }
            }

            Interlocked.Increment(ref _now);
            try
            {
                await body();
            }
            finally
            {
                Interlocked.Decrement(ref _now);
                lock (_lock)
                {
                    _names.Remove(name);
                }
            }
        }
    }
}
