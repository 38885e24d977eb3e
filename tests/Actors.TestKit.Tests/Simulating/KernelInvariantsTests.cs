using Actors.TestKit.Simulating;

namespace Actors.TestKit.Tests.Simulating;

/// <summary>What a kernel with a defect would do. Each of these promises must be able to be broken.</summary>
public sealed class KernelInvariantsTests
{
    [Fact]
    public Task An_ordinary_life_breaks_no_promise() => PassAsync(life =>
    {
        life.Start();
        life.Handle();
        life.Fail();
        life.Restart();
        life.Handle();
        life.Stop();
        life.End();
    });

    [Fact]
    public Task A_message_before_the_start() => BreakAsync("was given String while it was Starting", life =>
    {
        life.Create();
        life.Handle();
    });

    [Fact]
    public Task A_message_after_a_failure() => BreakAsync("was given String while it was Failed", life =>
    {
        life.Start();
        life.Fail();
        life.Handle();
    });

    [Fact]
    public Task A_message_after_a_handler_that_threw_and_was_not_reported() =>
        BreakAsync("was given String after its handler had thrown, and before it was decided what follows", life =>
        {
            life.Start();
            life.Run(FaultPoint.Handler, new BoomException());
            life.Handle();
        });

    [Fact]
    public Task A_message_during_a_restart() => BreakAsync("was given String while it was Restarting", life =>
    {
        life.Start();
        life.Fail();
        life.Invariants.OnRestarting(life.Actor);
        life.Run(FaultPoint.PreRestart);
        life.Handle();
    });

    [Fact]
    public Task A_message_while_suspended() => BreakAsync("was given String while it was suspended 2 times", life =>
    {
        life.Start();
        life.Invariants.OnSuspensions(life.Actor, 2);
        life.Handle();
    });

    [Fact]
    public Task A_message_after_the_stop() => BreakAsync("was given String while it was Stopping", life =>
    {
        life.Start();
        life.Stop();
        life.Handle();
    });

    [Fact]
    public Task Code_after_the_end() => BreakAsync("PostStop of /user/subject began after the actor had ended", life =>
    {
        life.Start();
        life.Stop();
        life.End();
        life.Run(FaultPoint.PostStop);
    });

    [Fact]
    public Task Two_at_a_time() => BreakAsync("PreRestart of /user/subject began while its Handler was running", life =>
    {
        life.Start();
        life.Invariants.OnBegin(life.Model, FaultPoint.Handler, "x");
        life.Invariants.OnBegin(life.Model, FaultPoint.PreRestart, null);
    });

    [Fact]
    public Task A_second_start() => BreakAsync("PreStart of /user/subject began while it was Running, and had been started before", life =>
    {
        life.Start();
        life.Run(FaultPoint.PreStart);
    });

    [Fact]
    public Task A_restart_hook_without_a_restart() => BreakAsync("PreRestart of /user/subject began while it was Failed", life =>
    {
        life.Start();
        life.Fail();
        life.Run(FaultPoint.PreRestart);
    });

    [Fact]
    public Task A_restart_hook_of_what_never_started() =>
        BreakAsync("PostRestart of /user/subject began while it was Starting, and had never been started", life =>
        {
            life.Create();
            life.Run(FaultPoint.PostRestart);
        });

    [Fact]
    public Task A_last_hook_without_a_stop() => BreakAsync("PostStop of /user/subject began while it was Running", life =>
    {
        life.Start();
        life.Run(FaultPoint.PostStop);
    });

    [Fact]
    public Task A_second_last_hook() =>
        BreakAsync("PostStop of /user/subject began while it was Stopping, on an instance that had not started or had ended before", life =>
        {
            life.Start();
            life.Stop();
            life.Run(FaultPoint.PostStop);
        });

    [Fact]
    public Task A_second_disposal() => BreakAsync("An instance of /user/subject was disposed of twice", life =>
    {
        life.Start();
        life.Stop();
        life.Run(FaultPoint.Disposal);
    });

    [Fact]
    public Task A_new_instance_beside_the_old() => BreakAsync("An instance of /user/subject was made before the one before it had been disposed of", life =>
    {
        life.Start();
        life.Fail();
        life.Invariants.OnRestarting(life.Actor);
        life.Create();
    });

    [Fact]
    public Task An_end_before_that_of_the_children() => BreakAsync("/user/subject ended before 1 child of it", life =>
    {
        life.Start();
        life.AddChild("child");
        life.Stop();
        life.End();
    });

    [Fact]
    public Task An_end_during_a_handler() => BreakAsync("/user/subject ended while its Handler was running", life =>
    {
        life.Start();
        life.Invariants.OnBegin(life.Model, FaultPoint.Handler, "x");
        life.Invariants.OnStopping(life.Actor);
        life.End();
    });

    [Fact]
    public Task A_child_of_a_parent_that_has_ended() => BreakAsync("/user/child was added to a parent that is Stopping", life =>
    {
        life.Start();
        life.Stop();
        life.AddChild("child");
    });

    [Fact]
    public Task A_failure_after_the_stop() => BreakAsync("/user/subject failed while it was Stopping", life =>
    {
        life.Start();
        life.Stop();
        life.Fail();
    });

    [Fact]
    public Task A_restart_after_the_stop() => BreakAsync("/user/subject was restarted while it was Stopping", life =>
    {
        life.Start();
        life.Stop();
        life.Invariants.OnRestarting(life.Actor);
    });

    [Fact]
    public Task A_restart_during_a_handler() => BreakAsync("/user/subject was restarted while it was Running, in its Handler", life =>
    {
        life.Start();
        life.Invariants.OnBegin(life.Model, FaultPoint.Handler, "x");
        life.Invariants.OnRestarting(life.Actor);
    });

    [Fact]
    public Task A_resumption_without_a_failure() => BreakAsync("/user/subject was resumed while it was Running", life =>
    {
        life.Start();
        life.Invariants.OnResumed(life.Actor);
    });

    [Fact]
    public Task A_second_stop() => BreakAsync("/user/subject began to stop while it was Stopping", life =>
    {
        life.Start();
        life.Stop();
        life.Invariants.OnStopping(life.Actor);
    });

    [Fact]
    public Task Let_go_on_more_often_than_suspended() => BreakAsync("/user/subject was let go on more often than it was suspended", life =>
    {
        life.Start();
        life.Invariants.OnSuspensions(life.Actor, -1);
    });

    [Fact]
    public Task A_suspension_that_nothing_ends() => BreakAsync("/user/subject is suspended 1 time, but nothing that will end is the reason", life =>
    {
        life.Start();
        life.Invariants.OnSuspensions(life.Actor, 1);
        life.Invariants.CheckAtRest();
    });

    [Fact]
    public Task A_failure_that_nobody_decides() => BreakAsync("/user/subject has failed, and waits for a verdict that nobody will give", life =>
    {
        life.Start();
        life.Fail();
        life.Invariants.CheckAtRest();
    });

    [Fact]
    public Task A_delay_before_a_restart_is_a_reason_to_wait() => PassAsync(life =>
    {
        life.Start();
        life.Fail();
        life.Invariants.OnSuspensions(life.Actor, 1);
        life.Invariants.OnRestartPlanned(life.Parent, life.Actor, TimeSpan.FromSeconds(1), isInTurn: false);
        life.Invariants.CheckAtRest();
    });

    [Fact]
    public Task More_restarts_than_the_limit() => BreakAsync("/user/subject is restarted more often than its limit of 2 in 10 s", life =>
    {
        life.Start();
        for (var i = 1; i <= 3; i++)
        {
            life.Invariants.OnRestartCounted(
                life.Parent,
                life.Actor,
                new RestartOptions { MaxRestarts = 2, Window = TimeSpan.FromSeconds(10) },
                isGroup: false,
                TimeSpan.Zero,
                new RestartDecision(true, TimeSpan.Zero, i, false));
        }
    });

    [Fact]
    public Task A_group_is_counted_anew_by_a_supervisor_that_was_restarted() => PassAsync(life =>
    {
        life.Start();
        life.AddChild("child");
        var limit = new RestartOptions { MaxRestarts = 1, Window = Timeout.InfiniteTimeSpan };
        var decision = new RestartDecision(true, TimeSpan.Zero, 1, false);
        life.Invariants.OnRestartCounted(life.Actor, life.Other("child"), limit, isGroup: true, TimeSpan.Zero, decision);
        life.Fail();
        life.Restart();
        life.Invariants.OnRestartCounted(life.Actor, life.Other("child"), limit, isGroup: true, TimeSpan.Zero, decision);
    });

    [Fact]
    public Task More_restarts_of_a_group_than_its_limit() => BreakAsync("/user/child is restarted more often than its limit of 1 in all", life =>
    {
        life.Start();
        life.AddChild("child");
        var limit = new RestartOptions { MaxRestarts = 1, Window = Timeout.InfiniteTimeSpan };
        var decision = new RestartDecision(true, TimeSpan.Zero, 1, false);
        life.Invariants.OnRestartCounted(life.Actor, life.Other("child"), limit, isGroup: true, TimeSpan.Zero, decision);
        life.Invariants.OnRestartCounted(life.Actor, life.Other("child"), limit, isGroup: true, TimeSpan.Zero, decision);
    });

    [Fact]
    public Task A_handler_that_was_given_up_may_end_beside_the_next_instance() => PassAsync(life =>
    {
        life.Start();
        var givenUp = life.Invariants.OnBegin(life.Model, FaultPoint.Handler, "x");
        life.Invariants.OnHandlerGivenUp(life.Actor);
        life.Fail();
        life.Restart();
        var next = life.Invariants.OnBegin(life.Model, FaultPoint.Handler, "y");
        life.Invariants.OnEnd(life.Model, givenUp, FaultPoint.Handler, "x", new BoomException());
        life.Model.Inside.ShouldBe(FaultPoint.Handler);
        life.Invariants.OnEnd(life.Model, next, FaultPoint.Handler, "y", null);
        life.Handle();
    });

    [Fact]
    public Task No_handler_to_give_up() => BreakAsync("/user/subject gave up a handler while it was Running", life =>
    {
        life.Start();
        life.Invariants.OnHandlerGivenUp(life.Actor);
    });

    [Fact]
    public Task The_same_end_twice() => BreakAsync("/user/subject is told of the end of /user/other a second time, or without watching it", life =>
    {
        life.Start();
        life.AddSibling("other");
        life.Invariants.OnWatched(life.Actor, life.Other("other"));
        life.EndSibling("other");
        life.Invariants.OnMourned(life.Actor, life.Other("other"));
        life.Invariants.OnMourned(life.Actor, life.Other("other"));
    });

    [Fact]
    public Task News_after_an_unwatch() => BreakAsync("/user/subject is told of the end of /user/other a second time, or without watching it", life =>
    {
        life.Start();
        life.AddSibling("other");
        life.Invariants.OnWatched(life.Actor, life.Other("other"));
        life.EndSibling("other");
        life.Invariants.OnUnwatched(life.Actor, life.Other("other"));
        life.Invariants.OnMourned(life.Actor, life.Other("other"));
    });

    [Fact]
    public Task News_of_an_end_that_was_not() => BreakAsync("/user/subject is told of the end of /user/other, which is Starting", life =>
    {
        life.Start();
        life.AddSibling("other");
        life.Invariants.OnWatched(life.Actor, life.Other("other"));
        life.Invariants.OnMourned(life.Actor, life.Other("other"));
    });

    [Theory, InlineData(false), InlineData(true)]
    public Task News_that_do_not_come(bool isWatchedTooLate) =>
        BreakAsync("/user/subject watches /user/other, which has ended, but no news of it will come", life =>
        {
            life.Start();
            life.AddSibling("other");
            if (isWatchedTooLate)
            {
                life.EndSibling("other");
                life.Invariants.OnWatched(life.Actor, life.Other("other"));
            }
            else
            {
                life.Invariants.OnWatched(life.Actor, life.Other("other"));
                life.EndSibling("other");
            }

            life.Invariants.CheckAtRest();
        });

    [Fact]
    public Task A_stop_without_an_end() => BreakAsync("/user/subject has been stopping for longer than its limit of 5 s, and was not abandoned", life =>
    {
        life.Start();
        life.Stop();
        life.Advance(TimeSpan.FromSeconds(6));
        life.Invariants.CheckAtRest();
    });

    [Fact]
    public Task What_was_abandoned_need_not_end_in_time() => PassAsync(life =>
    {
        life.Start();
        life.Stop();
        life.Invariants.OnAbandoned(life.Parent, life.Actor);
        life.Advance(TimeSpan.FromSeconds(6));
        life.Invariants.CheckAtRest();
        life.Run(FaultPoint.Handler);
    });

    [Fact]
    public Task Who_is_left_over_at_the_end() => BreakAsync("after the system has ended", life =>
    {
        life.Start();
        life.Invariants.CheckEnd();
    });

    private static Task PassAsync(Action<Life> act) => LiveAsync(act, violation => violation.ShouldBeNull());

    private static Task BreakAsync(string promise, Action<Life> act) =>
        LiveAsync(act, violation => violation.ShouldNotBeNull().ShouldContain(promise));

    private static async Task LiveAsync(Action<Life> act, Action<string?> check)
    {
        await using var system = await TestSystem.StartAsync();
        var life = new Life(system);
        act(life);
        check(life.Invariants.Violation);
    }

    /// <summary>Plays the kernel, with the references of actors that know nothing of it.</summary>
    private sealed class Life
    {
        private readonly TestSystem _system;
        private readonly Dictionary<string, IActorRef> _others = [];
        private ActorModel? _model;

        public Life(TestSystem system)
        {
            _system = system;
            Invariants = new KernelInvariants(system, new RunTrace(), null);
            Invariants.OnAdded(Parent, Root, Puppet.Props());
            Invariants.OnStarted(Root);
            Invariants.OnStarted(Parent);
            Invariants.OnAdded(Actor, Parent, Puppet.Props());
        }

        public KernelInvariants Invariants { get; }

        public IActorRef Root => Other("root");

        public IActorRef Parent => Other("parent");

        public IActorRef Actor => Other("subject");

        public ActorModel Model => _model.ShouldNotBeNull();

        public IActorRef Other(string name)
        {
            if (!_others.TryGetValue(name, out var actor))
            {
                _others.Add(name, actor = _system.CreateProbe(name).Ref);
            }

            return actor;
        }

        public void Create() => _model = Invariants.OnCreated(Actor);

        public void Start()
        {
            Create();
            Run(FaultPoint.PreStart);
            Invariants.OnStarted(Actor);
        }

        public void Run(FaultPoint point, Exception? cause = null, object? message = null)
        {
            var run = Invariants.OnBegin(Model, point, message);
            Invariants.OnEnd(Model, run, point, message, cause);
        }

        public void Handle() => Run(FaultPoint.Handler, message: "message");

        public void Fail() => Invariants.OnFailed(Actor, new BoomException());

        public void Restart()
        {
            Invariants.OnRestarting(Actor);
            Run(FaultPoint.PreRestart);
            Run(FaultPoint.Disposal);
            Create();
            Run(FaultPoint.PostRestart);
            Invariants.OnStarted(Actor);
        }

        public void Stop()
        {
            Invariants.OnStopping(Actor);
            Run(FaultPoint.PostStop);
            Run(FaultPoint.Disposal);
        }

        public void End() => Invariants.OnEnded(Actor);

        public void AddChild(string name) => Invariants.OnAdded(Other(name), Actor, Puppet.Props());

        public void AddSibling(string name) => Invariants.OnAdded(Other(name), Parent, Puppet.Props());

        public void EndSibling(string name)
        {
            Invariants.OnStopping(Other(name));
            Invariants.OnEnded(Other(name));
        }

        public void Advance(TimeSpan by) => _system.AdvanceAsync(by).GetAwaiter().GetResult();
    }
}
