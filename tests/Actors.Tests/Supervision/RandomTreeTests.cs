using Actors.TestKit;
using Microsoft.Extensions.Logging;

namespace Actors.Tests.Supervision;

/// <summary>Trees that fail, stop and spawn at random. What must hold, holds whatever happens.</summary>
public sealed class RandomTreeTests
{
    private const int Seeds = 400;

    [Fact, Trait("rule", "SUP-10"), Trait("rule", "DW-1"), Trait("rule", "RST-1")]
    public Task Whatever_fails_who_lives_answers_and_who_ended_was_mourned_once() => Simulation.RunAsync(RunAsync, Seeds, configure: options =>
        options.UserStrategy = new OneForOneStrategy(decider: _ => Directive.Restart));

    private static async Task RunAsync(SimulationRun run)
    {
        var world = new World(run);
        for (var i = 0; i < 3; i++)
        {
            world.Add(run.System.ActorOf(world.Node(3)));
        }

        await run.System.DrainAsync();
        for (var i = 0; i < 60 && world.Lives.Count > 0; i++)
        {
            var life = world.Lives[run.Random.Next(world.Lives.Count)];
            world.Disturb(life.Actor);
            if (run.Strikes(0.3))
            {
                await run.System.AdvanceAsync(TimeSpan.FromSeconds(run.Random.Next(0, 4)));
            }
        }

        // Faults are over; let all delays and limits pass.
        world.IsOver = true;
        await run.System.AdvanceAsync(TimeSpan.FromMinutes(30));
        foreach (var life in world.Lives)
        {
            if (life.Mournings == 0 && !life.Hangs)
            {
                var asking = life.Actor.AskAsync(new Puppet.Count());
                await run.System.DrainAsync();
                if (!asking.IsCompletedSuccessfully)
                {
                    var tree = await DescribeAsync(run.System.System.User, "");
                    Assert.Fail($"{life.Actor.Path.Local} lives, but does not answer: {asking.Exception?.InnerException?.Message}\n{tree}");
                }
            }

            life.Mournings.ShouldBeLessThanOrEqualTo(1, life.Actor.Path.Local);
            life.IsInHandler.ShouldBeFalse();
        }

        run.System.Log.Entries.ShouldNotContain(entry => entry.Level == LogLevel.Critical);
    }

    private static async Task<string> DescribeAsync(IActorRef supervisor, string indent)
    {
        var text = "";
        foreach (var child in await supervisor.AskAsync(new GetChildren()))
        {
            text += $"{indent}{child.Actor.Path.Name} {child.State} {child.RestartType} restarts {child.Restarts} since {child.Since:HH:mm:ss.fff}\n" +
                await DescribeAsync(child.Actor, indent + "  ");
        }

        return text;
    }

    private sealed class Life(IActorRef actor)
    {
        public IActorRef Actor => actor;

        public int Mournings { get; set; }

        public bool IsInHandler { get; set; }

        /// <summary>It is in a handler that does not end.</summary>
        public bool Hangs { get; set; }
    }

    private sealed class World
    {
        private readonly SimulationRun _run;
        private readonly IActorRef _mourner;

        public World(SimulationRun run)
        {
            _run = run;
            _mourner = run.System.ActorOf(
                Puppet.Props(script: new Puppet.Script
                {
                    HandlesTerminated = false,
                    Construct = puppet => puppet.On<Terminated>(ended => Lives.First(life => ReferenceEquals(life.Actor, ended.Actor)).Mournings++),
                }),
                "mourner");
        }

        public List<Life> Lives { get; } = [];

        public bool IsOver { get; set; }

        public void Add(IActorRef actor)
        {
            Lives.Add(new Life(actor));
            _mourner.Do(puppet => puppet.Context.Watch(actor));
        }

        public Props Node(int depth, SupervisorStrategy? parent = null)
        {
            var strategy = Strategy();
            var type = (RestartType)_run.Random.Next(3);
            var props = Puppet.Props(
                script: new Puppet.Script
                {
                    Strategy = strategy,
                    KeepsChildren = _run.Strikes(0.3),
                    Construct = _ => Fault(0.05),
                    PreStart = async puppet =>
                    {
                        if (Lives.All(life => !ReferenceEquals(life.Actor, puppet.Self)))
                        {
                            Add(puppet.Self); // The next incarnation of a permanent actor, or of one that was given up.
                        }

                        for (var i = 0; i < depth && !IsOver; i++)
                        {
                            Spawn(puppet, depth - 1, strategy);
                        }

                        await PauseAsync(puppet);
                        Fault(0.05);
                    },
                    PostRestart = async puppet =>
                    {
                        await PauseAsync(puppet);
                        Fault(0.1);
                    },
                    PreRestart = async puppet =>
                    {
                        await PauseAsync(puppet);
                        Fault(0.1);
                    },
                    PostStop = async puppet =>
                    {
                        await PauseAsync(puppet);
                        Fault(0.1);
                    },
                },
                restartType: type);
            return props with
            {
                IsSignificant = parent is { AutoShutdown: not AutoShutdown.Never } && type != RestartType.Permanent && _run.Strikes(0.3),
            };
        }

        public void Disturb(IActorRef actor)
        {
            switch (_run.Random.Next(10))
            {
                case 0 or 1:
                    actor.Fail();
                    break;
                case 2:
                    actor.DoAsync(async puppet =>
                    {
                        var life = Lives.First(life => ReferenceEquals(life.Actor, puppet.Self));
                        life.IsInHandler.ShouldBeFalse();
                        life.IsInHandler = true;
                        try
                        {
                            await Task.Delay(TimeSpan.FromSeconds(_run.Random.Next(1, 5)), _run.System.Time, puppet.Context.CancellationToken);
                            Fault(0.3);
                        }
                        finally
                        {
                            life.IsInHandler = false;
                        }
                    });
                    break;
                case 3:
                    actor.Do(puppet => Spawn(puppet, 1, null));
                    break;
                case 4 when _run.Strikes(0.3):
                    _run.System.System.Stop(actor);
                    break;
                case 5 when _run.Strikes(0.3):
                    actor.Tell(_run.Strikes(0.5) ? PoisonPill.Instance : Kill.Instance);
                    break;
                case 6:
                    actor.Do(puppet => puppet.Context.Stash());
                    actor.Do(puppet => puppet.Context.UnstashAll());
                    break;
                case 7:
                    actor.Do(puppet =>
                    {
                        if (puppet.Context.Children is { Count: > 0 } children)
                        {
                            puppet.Context.Restart(children[_run.Random.Next(children.Count)]);
                        }
                    });
                    break;
                case 8 when _run.Strikes(0.1):
                    actor.DoAsync(puppet =>
                    {
                        Lives.First(life => ReferenceEquals(life.Actor, puppet.Self)).Hangs = true;
                        return new TaskCompletionSource().Task;
                    });
                    break;
                default:
                    actor.Tell(new Puppet.Increment());
                    break;
            }
        }

        private void Spawn(Puppet puppet, int depth, SupervisorStrategy? strategy)
        {
            if (Lives.Count < 60)
            {
                Add(puppet.Context.ActorOf(Node(depth, strategy)));
            }
        }

        private async Task PauseAsync(Puppet puppet)
        {
            _ = puppet;
            if (_run.Strikes(0.3))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(_run.Random.Next(1, 1500)), _run.System.Time);
            }
        }

        private void Fault(double probability)
        {
            if (!IsOver)
            {
                _run.MayFail(probability, "a random tree");
            }
        }

        private SupervisorStrategy Strategy()
        {
            var restart = new RestartOptions
            {
                MaxRestarts = _run.Random.Next(1, 6),
                Window = TimeSpan.FromSeconds(_run.Random.Next(1, 20)),
                OnExhausted = (ExhaustedAction)_run.Random.Next(3),
                SlowRetryInterval = TimeSpan.FromSeconds(10),
                Backoff = _run.Strikes(0.5) ? new BackoffOptions { Min = TimeSpan.FromSeconds(0.5), Max = TimeSpan.FromSeconds(4) } : null,
            };
            Directive Decide(Exception cause) => cause is FaultException ? (Directive)_run.Random.Next(4) : Directive.Restart;
            var order = _run.Strikes(0.3) ? StopOrder.Parallel : StopOrder.Reverse;
            var shutdown = (AutoShutdown)_run.Random.Next(3);
            return _run.Random.Next(3) switch
            {
                0 => new OneForOneStrategy(restart, Decide) { StopOrder = order, AutoShutdown = shutdown },
                1 => new AllForOneStrategy(restart, Decide) { StopOrder = order, AutoShutdown = shutdown },
                _ => new RestForOneStrategy(restart, Decide) { StopOrder = order, AutoShutdown = shutdown },
            };
        }
    }
}
