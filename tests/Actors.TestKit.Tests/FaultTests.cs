using System.Collections.Concurrent;

namespace Actors.TestKit.Tests;

public sealed class FaultTests
{
    [Theory]
    [InlineData(FaultPoint.Constructor, "could not be started")]
    [InlineData(FaultPoint.PreStart, "could not be started")]
    [InlineData(FaultPoint.Handler, "Restarting")]
    [InlineData(FaultPoint.PreRestart, "PreRestart of")]
    [InlineData(FaultPoint.PostRestart, "could not be restarted")]
    [InlineData(FaultPoint.PostStop, "PostStop of")]
    [InlineData(FaultPoint.Strategy, "The decider for")]
    [InlineData(FaultPoint.Disposal, "Disposing of the instance of")]
    public async Task A_fault_strikes_where_it_is_to(FaultPoint point, string logged)
    {
        var report = await Simulation.RunAsync(
            async run =>
            {
                run.Faults[point] = 1;
                run.Faults.Applies = actor => actor.Path.Name == (point == FaultPoint.Strategy ? "parent" : "child");
                var strategy = new OneForOneStrategy(new RestartOptions { MaxRestarts = 3 });
                var parent = run.System.ActorOf(Puppet.Supervisor(strategy), "parent");
                parent.Do(puppet => puppet.Context.ActorOf(Props.Create(() => new Plain()), "child").Tell(point != FaultPoint.Handler));
                await run.System.DrainAsync();
                run.System.System.Stop(parent);
                await run.System.DrainAsync();
                run.Faults.Struck.ShouldBeGreaterThan(0);
                run.System.Log.Entries.ShouldContain(entry => entry.Message.Contains(logged, StringComparison.Ordinal)
                    && (entry.Message.Contains($"Simulated fault in {point}") || entry.Exception is FaultException));
            },
            seeds: 10);
        report.LeftSeams.ShouldBeEmpty();
    }

    [Fact]
    public async Task Half_of_the_handlers_that_fail_have_done_their_work()
    {
        var (told, done) = (0, 0);
        await Simulation.RunAsync(
            async run =>
            {
                run.Faults[FaultPoint.Handler] = 0.5;
                var actor = run.System.ActorOf(Props.Create(() => new Counting(() => done++)) with { QuarantineAfter = 0 });
                for (var i = 0; i < 20; i++, told++)
                {
                    actor.Tell("count");
                }

                await run.System.DrainAsync();
            },
            seeds: 50);
        done.ShouldBeInRange((int)(told * 0.70), (int)(told * 0.80));
    }

    [Fact]
    public async Task Nothing_strikes_unless_told_and_nothing_after_it_is_switched_off()
    {
        await Simulation.RunAsync(
            async run =>
            {
                var actor = run.System.ActorOf(Puppet.Props());
                await actor.CountAsync();
                run.Faults.Struck.ShouldBe(0);
                run.Faults.Everywhere(1);
                run.Faults.IsOn = false;
                await actor.CountAsync();
                run.Faults.Struck.ShouldBe(0);
                Should.Throw<ArgumentOutOfRangeException>(() => run.Faults[FaultPoint.Handler] = 1.1);
                run.Faults[FaultPoint.PostStop].ShouldBe(1);
            },
            seeds: 3);
    }

    [Fact]
    public async Task Probes_and_the_actors_of_the_system_are_spared_but_not_the_children_of_a_probe()
    {
        await Simulation.RunAsync(
            async run =>
            {
                run.Faults.Everywhere(1);
                var probe = run.System.CreateProbe();
                var infrastructure = run.System.System.SystemActorOf(Puppet.Props(), "infrastructure");
                (await infrastructure.CountAsync()).ShouldBe(0);
                probe.Ref.Tell("x");
                await probe.ExpectAsync("x");
                var child = await probe.ActorOfAsync(Puppet.Props(), "child");
                probe.Watch(child);
                await probe.ExpectTerminatedAsync(child);
            },
            seeds: 5);
    }

    [Fact]
    public async Task A_handler_is_put_off_in_virtual_time_and_nothing_else_of_its_actor_runs_meanwhile()
    {
        var report = await Simulation.RunAsync(
            async run =>
            {
                (run.Faults.Pauses, run.Faults.LongestPause) = (1, TimeSpan.FromSeconds(1));
                var seen = new List<int>();
                var actor = run.System.ActorOf(Puppet.Props());
                foreach (var i in Enumerable.Range(0, 5))
                {
                    actor.Do(_ => seen.Add(i));
                }

                await run.System.DrainAsync();
                seen.ShouldBeEmpty();
                await run.System.AdvanceAsync(TimeSpan.FromSeconds(6));
                seen.ShouldBe([0, 1, 2, 3, 4]);
            },
            seeds: 20);
        report.Faults.ShouldBeGreaterThanOrEqualTo(120);
    }

    [Fact]
    public async Task What_is_not_an_actor_may_fail_too()
    {
        var failures = 0;
        await Simulation.RunAsync(
            run =>
            {
                try
                {
                    run.MayFail(0.5, "the mail server");
                }
                catch (FaultException fault)
                {
                    fault.Where.ShouldBe("the mail server");
                    failures++;
                }

                return Task.CompletedTask;
            },
            seeds: 100);
        failures.ShouldBeInRange(30, 70);
    }

    [Fact]
    public async Task A_system_that_is_not_simulated_can_be_observed_too()
    {
        var observer = new Recorder();
        await using (var system = ActorSystem.Create("observed", new ActorSystemOptions { Observer = observer }))
        {
            var parent = system.ActorOf(Puppet.Props(), "parent");
            await parent.SpawnAsync(Puppet.Props(), "child");
        }

        observer.Seen.ShouldContain("added child");
        observer.Seen.ShouldContain("ended parent");
    }

    [Fact]
    public async Task An_observer_of_the_test_sees_what_the_simulation_sees()
    {
        var observer = new Recorder();
        await using (var system = await TestSystem.StartAsync(configure: options => options.Observer = observer))
        {
            var parent = system.ActorOf(Puppet.Props(), "parent");
            parent.Fail();
            await parent.CountAsync();
        }

        observer.Seen.Where(what => what.EndsWith("parent", StringComparison.Ordinal)).ShouldBe(
            ["added parent", "created parent", "started parent", "failed parent", "restarting parent", "created parent", "started parent", "stopping parent", "ended parent"]);
    }

    private sealed class Recorder : ActorObserver
    {
        public ConcurrentQueue<string> Seen { get; } = new();

        public override void OnAdded(IActorRef actor, IActorRef parent, Props props) => Note("added", actor);

        public override ActorBase OnCreated(IActorRef actor, ActorBase instance)
        {
            Note("created", actor);
            return new Passing(instance);
        }

        public override void OnStarted(IActorRef actor) => Note("started", actor);

        public override void OnFailed(IActorRef actor, Exception cause) => Note("failed", actor);

        public override void OnRestarting(IActorRef actor) => Note("restarting", actor);

        public override void OnStopping(IActorRef actor) => Note("stopping", actor);

        public override void OnEnded(IActorRef actor) => Note("ended", actor);

        private void Note(string what, IActorRef actor) => Seen.Enqueue($"{what} {actor.Path.Name}");

        private sealed class Passing(ActorBase instance) : ActorDecorator(instance);
    }

    private sealed class Plain : ReceiveActor, IDisposable
    {
        public Plain() => Receive<bool>(isToFail =>
        {
            if (isToFail)
            {
                throw new BoomException();
            }
        });

        public void Dispose()
        {
        }
    }

    private sealed class Counting : ReceiveActor
    {
        public Counting(Action count) => Receive<string>(_ => count());
    }
}
