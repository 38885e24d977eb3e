using Actors.TestKit;
using Microsoft.Extensions.Logging;

namespace Actors.Tests.Supervision;

/// <summary>
/// Trees of actors that do everything an actor can do, while whatever can fail fails. The simulation checks the promises of the kernel after
/// every step; here are those that only the messages can show. More seeds by command:
/// <c>ACTORS_SEEDS=10000 dotnet run --project tests/Actors.Tests -- --filter-class *FaultSimulationTests</c>.
/// </summary>
public sealed class FaultSimulationTests
{
    private const int Seeds = 300;

    [Fact, Trait("rule", "SUP-10"), Trait("rule", "SUP-11"), Trait("rule", "RST-1"), Trait("rule", "STOP-2"), Trait("rule", "DW-1"), Trait("rule", "MB-2")]
    public async Task Under_faults_everywhere_promises_are_kept_and_whoever_lives_answers_when_they_are_over()
    {
        var report = await Simulation.RunAsync(
            RunAsync, Seeds, configure: options => options.UserStrategy = new OneForOneStrategy(decider: _ => Directive.Restart));
        report.LeftSeams.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_same_seed_has_the_same_faults_and_the_same_trace() =>
        await Simulation.RunAsync(RunAsync, seeds: 10, isRepeated: true);

    private static async Task RunAsync(SimulationRun run)
    {
        run.Faults.Everywhere(run.Strikes(0.2) ? 0 : 0.03);
        run.Faults[FaultPoint.Handler] = 0.06;
        run.Faults.Pauses = 0.1;
        var troupe = new Troupe(run);
        run.Faults.Applies = actor => !ReferenceEquals(actor, troupe.Usher);
        run.Invariant("lines from one actor to another come in their order, and once", () => !troupe.IsOutOfOrder);
        for (var i = 0; i < 3; i++)
        {
            troupe.Cast(run.System.ActorOf(troupe.Props(2)));
        }

        await run.System.DrainAsync();
        for (var i = 0; i < 80; i++)
        {
            troupe.Direct();
            if (run.Strikes(0.4))
            {
                await run.StepAsync(run.Random.Next(20));
            }
            else if (run.Strikes(0.4))
            {
                await run.System.AdvanceAsync(TimeSpan.FromMilliseconds(run.Random.Next(5000)));
            }
        }

        run.Faults.IsOn = false;
        troupe.IsOver = true;
        await run.System.AdvanceAsync(TimeSpan.FromMinutes(10));
        foreach (var actor in troupe.Living)
        {
            var asking = actor.AskAsync(new Part.HowAreYou());
            await run.System.DrainAsync();
            asking.IsCompletedSuccessfully.ShouldBeTrue($"{actor.Path.Local} lives, but does not answer: {asking.Exception?.InnerException?.Message}");
        }

        troupe.Asking.ShouldBe(0, "Whoever asked was answered, or told that there is no answer.");
        run.System.Log.Entries.ShouldNotContain(entry => entry.Level == LogLevel.Critical);
    }

    /// <summary>All actors, and what is known of them.</summary>
    private sealed class Troupe
    {
        private readonly SimulationRun _run;
        private readonly List<IActorRef> _all = [];
        private readonly HashSet<IActorRef> _mourned = new(ReferenceEqualityComparer.Instance);
        private readonly Dictionary<(IActorRef From, IActorRef To), (int Sent, int Got)> _lines = [];

        public Troupe(SimulationRun run)
        {
            _run = run;
            Usher = run.System.ActorOf(Actors.Props.Create(() => new Usher(_mourned)), "usher");
        }

        /// <summary>Learns of every end, and never fails.</summary>
        public IActorRef Usher { get; }

        public bool IsOver { get; set; }

        public bool IsOutOfOrder { get; private set; }

        public int Asking { get; private set; }

        public Random Random => _run.Random;

        public TimeProvider Time => _run.System.Time;

        public IEnumerable<IActorRef> Living => _all.Where(actor => !_mourned.Contains(actor));

        public void Cast(IActorRef actor)
        {
            _all.Add(actor);
            Usher.Tell(actor);
        }

        public void Direct() => Any().Tell(NextPart());

        public Props Props(int depth)
        {
            var strategy = Strategy();
            var (keepsChildren, handlesTerminated) = (_run.Strikes(0.3), _run.Strikes(0.6));
            return Actors.Props.Create(() => new Player(this, strategy, depth, keepsChildren, handlesTerminated)) with
            {
                RestartType = (RestartType)_run.Random.Next(3),
                StopTimeout = TimeSpan.FromSeconds(_run.Random.Next(1, 8)),
                StashCapacity = 5,
            };
        }

        public IActorRef Any() => _all[Random.Next(_all.Count)];

        /// <summary>A child, unless there are many actors already.</summary>
        public void Spawn(IActorContext parent, int depth)
        {
            if (_all.Count < 60 && !IsOver)
            {
                Cast(parent.ActorOf(Props(depth)));
            }
        }

        /// <summary>A numbered line from one actor to another.</summary>
        public void Speak(IActorRef from, IActorRef to)
        {
            var line = _lines.GetValueOrDefault((from, to));
            _lines[(from, to)] = (line.Sent + 1, line.Got);
            to.Tell(new Part.Line(line.Sent + 1), from);
        }

        /// <summary>Lines may be lost, but never overtake each other, and never come twice.</summary>
        public void Hear(IActorRef from, IActorRef to, int number)
        {
            var line = _lines[(from, to)];
            IsOutOfOrder |= number <= line.Got || number > line.Sent;
            _lines[(from, to)] = (line.Sent, number);
        }

        public async Task AskAsync(IActorRef actor)
        {
            Asking++;
            try
            {
                await actor.AskAsync(new Part.HowAreYou(), TimeSpan.FromSeconds(Random.Next(1, 10)));
            }
            catch (ActorException)
            {
                // Late, or ended.
            }
            finally
            {
                Asking--;
            }
        }

        private object NextPart() => Random.Next(22) switch
        {
            0 or 1 => new Part.Fail(),
            2 => new Part.Spawn(),
            3 => new Part.StopChild(),
            4 when _run.Strikes(0.3) => new Part.StopSelf(),
            5 when _run.Strikes(0.3) => PoisonPill.Instance,
            6 when _run.Strikes(0.3) => Kill.Instance,
            7 => new Part.Rest(TimeSpan.FromMilliseconds(Random.Next(1, 3000)), IsDeaf: false),
            8 => new Part.Rest(TimeSpan.FromMilliseconds(Random.Next(1, 3000)), IsDeaf: true),
            9 => new Part.Rest(TimeSpan.FromMilliseconds(Random.Next(5000, 12000)), IsDeaf: true),
            10 => new Part.Keep(),
            11 => new Part.Release(),
            12 => new Part.Remind(TimeSpan.FromMilliseconds(Random.Next(200, 3000)), Random.Next(2) == 0),
            13 => new Part.Listen(TimeSpan.FromMilliseconds(Random.Next(100, 3000))),
            14 => new Part.Watch(Any()),
            15 => new Part.Unwatch(Any()),
            16 => new Part.Ask(Any()),
            17 => new Part.Task(TimeSpan.FromMilliseconds(Random.Next(0, 3000)), Random.Next(3) == 0),
            _ => new Part.Speak(Any()),
        };

        private SupervisorStrategy Strategy()
        {
            var restart = new RestartOptions
            {
                MaxRestarts = _run.Random.Next(4) == 0 ? RestartOptions.Unlimited : _run.Random.Next(0, 6),
                Window = _run.Random.Next(4) == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(_run.Random.Next(1, 20)),
                OnExhausted = (ExhaustedAction)_run.Random.Next(3),
                SlowRetryInterval = TimeSpan.FromSeconds(10),
                Backoff = _run.Strikes(0.5)
                    ? new BackoffOptions { Min = TimeSpan.FromSeconds(0.2), Max = TimeSpan.FromSeconds(4), ResetAfter = TimeSpan.FromSeconds(5) }
                    : null,
            };
            Directive Decide(Exception cause) => (Directive)(Random.Next(8) switch { 0 => 0, 1 => 2, 2 => 3, _ => 1 });
            return _run.Random.Next(3) switch
            {
                0 => new OneForOneStrategy(restart, Decide),
                1 => new AllForOneStrategy(restart, Decide),
                _ => new RestForOneStrategy(restart, Decide),
            };
        }
    }

    private abstract record Part
    {
        public sealed record Fail : Part;

        public sealed record Spawn : Part;

        public sealed record StopChild : Part;

        public sealed record StopSelf : Part;

        public sealed record Rest(TimeSpan Time, bool IsDeaf) : Part;

        public sealed record Keep : Part;

        public sealed record Release : Part;

        public sealed record Remind(TimeSpan After, bool IsPeriodic) : Part;

        public sealed record Reminder : Part;

        public sealed record Listen(TimeSpan Silence) : Part;

        public sealed record Watch(IActorRef Actor) : Part;

        public sealed record Unwatch(IActorRef Actor) : Part;

        public sealed record Ask(IActorRef Actor) : Part;

        public sealed record Task(TimeSpan Time, bool Fails) : Part;

        public sealed record TaskEnded(Exception? Cause) : Part;

        public sealed record Speak(IActorRef To) : Part;

        public sealed record Line(int Number) : Part;

        public sealed record HowAreYou : Part, IRequest<string>;
    }

    private sealed class Player : ReceiveActor
    {
        private readonly Troupe _troupe;
        private readonly SupervisorStrategy _strategy;
        private readonly int _depth;
        private readonly bool _keepsChildren;

        public Player(Troupe troupe, SupervisorStrategy strategy, int depth, bool keepsChildren, bool handlesTerminated)
        {
            _troupe = troupe;
            _strategy = strategy;
            _depth = depth;
            _keepsChildren = keepsChildren;
            ReceiveAsync<Part.Rest>(part => Task.Delay(part.Time, troupe.Time, part.IsDeaf ? CancellationToken.None : Context.CancellationToken));
            ReceiveAsync<Part.Ask>(part => troupe.AskAsync(part.Actor));
            Receive<Part>(Play);
            Receive<ReceiveTimeout>(_ => Context.SetReceiveTimeout(Timeout.InfiniteTimeSpan));
            if (handlesTerminated)
            {
                Receive<Terminated>(_ => { });
            }
        }

        protected override SupervisorStrategy? SupervisorStrategy => _strategy;

        protected override ValueTask PreStartAsync()
        {
            for (var i = 0; i < _depth; i++)
            {
                _troupe.Spawn(Context, _depth - 1);
            }

            return default;
        }

        protected override ValueTask PreRestartAsync(Exception reason, object? message) =>
            _keepsChildren ? PostStopAsync() : base.PreRestartAsync(reason, message);

        private void Play(Part part)
        {
            switch (part)
            {
                case Part.Fail:
                    throw new BoomException();
                case Part.Spawn:
                    _troupe.Spawn(Context, 1);
                    break;
                case Part.StopChild when Context.Children is { Count: > 0 } children:
                    Context.Stop(children[_troupe.Random.Next(children.Count)]);
                    break;
                case Part.StopSelf:
                    Context.Stop(Self);
                    break;
                case Part.Keep:
                    Context.Stash();
                    break;
                case Part.Release:
                    Context.UnstashAll();
                    Become(() => Receive<Part>(Play)); // Until the next restart it is deaf to the rest.
                    break;
                case Part.Remind remind when remind.IsPeriodic:
                    Context.Timers.StartPeriodic("reminder", new Part.Reminder(), remind.After, remind.After);
                    break;
                case Part.Remind remind:
                    Context.Timers.StartSingle("reminder", new Part.Reminder(), remind.After);
                    break;
                case Part.Reminder when _troupe.IsOver:
                    Context.Timers.Cancel("reminder");
                    break;
                case Part.Listen listen:
                    Context.SetReceiveTimeout(listen.Silence);
                    break;
                case Part.Watch watch:
                    Context.Watch(watch.Actor);
                    break;
                case Part.Unwatch unwatch:
                    Context.Unwatch(unwatch.Actor);
                    break;
                case Part.Task task:
                    Context.RunTask(() => RunAsync(task), cause => new Part.TaskEnded(cause));
                    break;
                case Part.TaskEnded { Cause: BoomException cause }:
                    throw cause;
                case Part.Speak speak:
                    _troupe.Speak(Self, speak.To);
                    break;
                case Part.Line line:
                    _troupe.Hear(Sender, Self, line.Number);
                    break;
                case Part.HowAreYou:
                    Sender.Tell("well", Self);
                    break;
            }
        }

        private async Task RunAsync(Part.Task task)
        {
            await Task.Delay(task.Time, _troupe.Time);
            if (task.Fails)
            {
                throw new BoomException();
            }
        }
    }

    private sealed class Usher : ReceiveActor
    {
        public Usher(HashSet<IActorRef> mourned)
        {
            Receive<IActorRef>(actor => Context.Watch(actor));
            Receive<Terminated>(ended => mourned.Add(ended.Actor));
        }
    }
}
