using Actors.TestKit;

namespace Actors.Tests.Messaging;

/// <summary>An ask whose answer cannot come any more fails at once, and says who, what and why. The clock never moves in these tests.</summary>
public sealed class AskEndTests
{
    [Theory, OnEachDispatcher, Trait("rule", "ASK-5")]
    public async Task A_handler_that_throws_fails_the_ask_with_its_exception(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = system.ActorOf(Answering(_ => throw new BoomException()), "actor");
        var failed = await system.ThrowsNowAsync<AskFailedException>(actor.AskAsync(new Question(1)));
        failed.Message.ShouldBe("'actors://test/user/actor' cannot answer Question: it failed on the request: boom");
        failed.InnerException.ShouldBeOfType<BoomException>();
        (failed.Target, failed.Request).ShouldBe((actor.Path, typeof(Question)));
        (await actor.CountAsync()).ShouldBe(0);
    }

    [Theory, OnEachDispatcher, Trait("rule", "ASK-5")]
    public async Task A_handler_that_throws_after_an_await_fails_the_ask_with_its_exception(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var gate = new TaskCompletionSource();
        var actor = system.ActorOf(AnsweringAsync(async _ =>
        {
            await gate.Task;
            throw new BoomException();
        }));
        var asking = actor.AskAsync(new Question(1));
        await system.DrainAsync();
        asking.IsCompleted.ShouldBeFalse();
        gate.SetResult();
        (await system.ThrowsNowAsync<AskFailedException>(asking)).InnerException.ShouldBeOfType<BoomException>();
    }

    [Theory, OnEachDispatcher, Trait("rule", "ASK-5")]
    public async Task A_handler_that_answers_and_then_throws_has_answered(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = system.ActorOf(Answering(puppet =>
        {
            puppet.Sender.Tell(7);
            throw new BoomException();
        }));
        (await actor.AskAsync(new Question(1))).ShouldBe(7);
    }

    [Theory, OnEachDispatcher, Trait("rule", "ASK-5"), Trait("rule", "ASK-2")]
    public async Task Null_is_no_answer(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = system.ActorOf(Answering(puppet => puppet.Sender.Tell(null!)));
        var failed = await system.ThrowsNowAsync<AskFailedException>(actor.AskAsync(new Question(1)));
        failed.InnerException.ShouldBeOfType<ArgumentNullException>().ParamName.ShouldBe("message");
    }

    [Theory, OnEachDispatcher, Trait("rule", "ASK-5")]
    public async Task An_actor_that_stops_itself_without_an_answer_fails_the_ask(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = system.ActorOf(Answering(puppet => puppet.Context.Stop(puppet.Self)), "actor");
        var failed = await system.ThrowsNowAsync<ActorNotFoundException>(actor.AskAsync(new Question(1), Timeout.InfiniteTimeSpan));
        failed.Message.ShouldBe("'actors://test/user/actor' cannot answer Question: it took the request and has ended without an answer.");
        failed.WasTaken.ShouldBeTrue();
    }

    [Theory, OnEachDispatcher, Trait("rule", "ASK-5")]
    public async Task Asks_that_an_actor_has_put_off_fail_when_it_ends(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = system.ActorOf(Answering(_ => { }));
        var asking = Enumerable.Range(0, 50).Select(i => actor.AskAsync(new Question(i), Timeout.InfiniteTimeSpan)).ToList();
        await system.DrainAsync();
        asking.ShouldAllBe(ask => !ask.IsCompleted);
        system.System.Stop(actor);
        foreach (var ask in asking)
        {
            (await system.ThrowsNowAsync<ActorNotFoundException>(ask)).WasTaken.ShouldBeTrue();
        }
    }

    [Theory, OnEachDispatcher, Trait("rule", "ASK-5")]
    public async Task The_last_hooks_can_still_answer_what_was_put_off(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        IActorRef? waiting = null;
        var actor = system.ActorOf(Puppet.Props(script: new Puppet.Script
        {
            Construct = puppet => puppet.On<Question>(_ => waiting = puppet.Sender),
            PreRestart = _ => AnswerAsync(7),
            PostStop = _ => AnswerAsync(8),
        }));
        var asking = actor.AskAsync(new Question(1));
        await system.DrainAsync();
        actor.Fail();
        (await asking).ShouldBe(7);
        asking = actor.AskAsync(new Question(1));
        await system.DrainAsync();
        actor.Tell(PoisonPill.Instance);
        (await asking).ShouldBe(8);
        system.System.DeadLetterBox.Total.ShouldBe(0);

        ValueTask AnswerAsync(int answer)
        {
            waiting?.Tell(answer);
            waiting = null;
            return default;
        }
    }

    [Theory, OnEachDispatcher, Trait("rule", "ASK-5")]
    public async Task Asks_that_an_actor_has_put_off_fail_when_it_is_restarted(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = system.ActorOf(Answering(_ => { }), "actor");
        var asking = actor.AskAsync(new Question(1), Timeout.InfiniteTimeSpan);
        await system.DrainAsync();
        actor.Fail();
        var failed = await system.ThrowsNowAsync<AskFailedException>(asking);
        failed.Message.ShouldBe(
            "'actors://test/user/actor' cannot answer Question: it took the request and was restarted without an answer, after: boom");
        failed.InnerException.ShouldBeOfType<BoomException>();
    }

    [Theory, OnEachDispatcher, Trait("rule", "ASK-5")]
    public async Task A_failure_after_which_the_actor_goes_on_as_it_was_leaves_what_it_has_put_off(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher, options =>
            options.UserStrategy = new OneForOneStrategy(decider: _ => Directive.Resume));
        IActorRef? waiting = null;
        var actor = system.ActorOf(Answering(puppet => waiting = puppet.Sender));
        var asking = actor.AskAsync(new Question(1));
        await system.DrainAsync();
        actor.Fail();
        actor.Do(_ => waiting!.Tell(9));
        (await asking).ShouldBe(9);
    }

    [Theory, OnEachDispatcher, Trait("rule", "ASK-5")]
    public async Task An_ask_whose_handler_awaits_fails_when_the_actor_is_stopped(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = system.ActorOf(AnsweringAsync(puppet => Task.Delay(Timeout.Infinite, puppet.Context.CancellationToken)));
        var asking = actor.AskAsync(new Question(1), Timeout.InfiniteTimeSpan);
        await system.DrainAsync();
        system.System.Stop(actor);
        (await system.ThrowsNowAsync<ActorNotFoundException>(asking)).WasTaken.ShouldBeTrue();
    }

    [Theory, OnEachDispatcher, Trait("rule", "ASK-5")]
    public async Task An_ask_whose_handler_awaits_fails_when_the_group_of_the_actor_is_restarted(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var parent = system.ActorOf(Puppet.Supervisor(new AllForOneStrategy()));
        var bystander = await parent.SpawnAsync(AnsweringAsync(puppet => Task.Delay(Timeout.Infinite, puppet.Context.CancellationToken)));
        var sibling = await parent.SpawnAsync(Puppet.Props());
        var asking = bystander.AskAsync(new Question(1), Timeout.InfiniteTimeSpan);
        await system.DrainAsync();
        sibling.Fail();
        await system.ThrowsNowAsync<AskFailedException>(asking);
        (await bystander.CountAsync()).ShouldBe(0);
    }

    [Theory, OnEachDispatcher, Trait("rule", "ASK-5")]
    public async Task An_ask_whose_handler_ignores_the_stop_fails_when_the_actor_is_abandoned(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var gate = new TaskCompletionSource();
        var actor = system.ActorOf(AnsweringAsync(_ => gate.Task) with { StopTimeout = TimeSpan.FromSeconds(1) });
        var asking = actor.AskAsync(new Question(1), Timeout.InfiniteTimeSpan);
        await system.DrainAsync();
        system.System.Stop(actor);
        await system.DrainAsync();
        asking.IsCompleted.ShouldBeFalse();
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await system.ThrowsNowAsync<ActorNotFoundException>(asking)).WasTaken.ShouldBeTrue();
        gate.SetResult();
        await system.DrainAsync();
    }

    [Theory, OnEachDispatcher, Trait("rule", "ASK-5")]
    public async Task A_stashed_ask_waits_through_a_restart_and_fails_when_the_actor_ends(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var isReady = false;
        var actor = system.ActorOf(Answering(puppet =>
        {
            if (isReady)
            {
                puppet.Sender.Tell(5);
            }
            else
            {
                puppet.Context.Stash();
            }
        }));
        var asking = actor.AskAsync(new Question(1), Timeout.InfiniteTimeSpan);
        await system.DrainAsync();
        actor.Do(_ =>
        {
            isReady = true;
            throw new BoomException();
        });
        (await asking).ShouldBe(5);

        isReady = false;
        asking = actor.AskAsync(new Question(2), Timeout.InfiniteTimeSpan);
        await system.DrainAsync();
        asking.IsCompleted.ShouldBeFalse();
        actor.Tell(PoisonPill.Instance);
        (await system.ThrowsNowAsync<ActorNotFoundException>(asking)).WasTaken.ShouldBeFalse();
    }

    [Theory, OnEachDispatcher, Trait("rule", "ASK-5")]
    public async Task Who_is_told_in_the_name_of_an_ask_has_the_duty_to_answer(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        IActorRef? waiting = null;
        var worker = system.ActorOf(Answering(puppet => waiting = puppet.Sender), "worker");
        var boss = system.ActorOf(Answering(puppet => worker.Tell(new Question(2), puppet.Sender)), "boss");

        // The end of the one who has handed it on says nothing.
        var asking = boss.AskAsync(new Question(1), Timeout.InfiniteTimeSpan);
        await system.DrainAsync();
        boss.Fail();
        boss.Tell(PoisonPill.Instance);
        await system.DrainAsync();
        asking.IsCompleted.ShouldBeFalse();
        worker.Do(_ => waiting!.Tell(3));
        (await asking).ShouldBe(3);

        // The end of the one who has it now does.
        boss = system.ActorOf(Answering(puppet => worker.Forward(new Question(2), puppet.Context)));
        asking = boss.AskAsync(new Question(1), Timeout.InfiniteTimeSpan);
        await system.DrainAsync();
        worker.Tell(PoisonPill.Instance);
        (await system.ThrowsNowAsync<ActorNotFoundException>(asking)).Target.ShouldBe(worker.Path);

        // As does its being dead already.
        (await system.ThrowsNowAsync<ActorNotFoundException>(boss.AskAsync(new Question(1)))).WasTaken.ShouldBeFalse();
    }

    [Theory, OnEachDispatcher, Trait("rule", "ASK-5")]
    public async Task Who_fails_on_what_was_handed_to_it_fails_the_ask(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var worker = system.ActorOf(Answering(_ => throw new BoomException()), "worker");
        var boss = system.ActorOf(Answering(puppet => worker.Forward(new Question(2), puppet.Context)));
        (await system.ThrowsNowAsync<AskFailedException>(boss.AskAsync(new Question(1)))).Target.ShouldBe(worker.Path);
    }

    [Theory, OnEachDispatcher(Seeds = 20), Trait("rule", "ASK-5")]
    public async Task Of_several_who_were_told_any_may_answer_whoever_ends(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        IActorRef? waiting = null;
        var dead = await DeadLetterTests.DeadActorAsync(system, "dead");
        var failing = system.ActorOf(Answering(_ => throw new BoomException()));
        var ending = system.ActorOf(Answering(puppet => puppet.Context.Stop(puppet.Self)));
        var good = system.ActorOf(Answering(puppet => waiting = puppet.Sender));
        var boss = system.ActorOf(Answering(puppet =>
        {
            foreach (var worker in (IActorRef[])[good, failing, dead, ending])
            {
                worker.Tell(new Question(2), puppet.Sender);
            }
        }));
        var asking = boss.AskAsync(new Question(1));
        await system.DrainAsync();
        asking.IsCompleted.ShouldBeFalse();
        good.Do(_ => waiting!.Tell(4));
        (await asking).ShouldBe(4);
    }

    [Theory, OnEachDispatcher, Trait("rule", "ASK-5")]
    public async Task An_actor_that_tells_itself_in_the_name_of_an_ask_keeps_it(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var actor = system.ActorOf(Puppet.Props(script: new Puppet.Script
        {
            Construct = puppet =>
            {
                puppet.On<Question>(question => puppet.Self.Tell(question.Number, puppet.Sender));
                puppet.On<int>(left =>
                {
                    if (left == 0)
                    {
                        puppet.Sender.Tell(6);
                    }
                    else if (left > 0)
                    {
                        puppet.Self.Tell(left - 1, puppet.Sender);
                    }
                });
            },
        }));
        (await actor.AskAsync(new Question(500))).ShouldBe(6);
        var asking = actor.AskAsync(new Question(-1), Timeout.InfiniteTimeSpan);
        await system.DrainAsync();
        actor.Fail();
        await system.ThrowsNowAsync<AskFailedException>(asking);
    }

    [Theory, OnEachDispatcher, Trait("rule", "ASK-5")]
    public async Task An_ask_whose_handler_is_given_up_fails_then(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var gate = new TaskCompletionSource();
        var actor = system.ActorOf(AnsweringAsync(_ => gate.Task) with
        {
            HandlerLimit = TimeSpan.FromSeconds(1),
            OnOverdue = OverdueAction.Restart,
            StopTimeout = TimeSpan.FromSeconds(1),
        });
        var asking = actor.AskAsync(new Question(1), Timeout.InfiniteTimeSpan);
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));
        (await system.ThrowsNowAsync<AskFailedException>(asking)).InnerException.ShouldBeOfType<HandlerOverdueException>();
        gate.SetResult();
        (await actor.CountAsync()).ShouldBe(0);
    }

    [Theory, OnEachDispatcher, Trait("rule", "ASK-5")]
    public async Task A_bounded_mailbox_changes_nothing_of_it(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var worker = system.ActorOf(Bounded(Answering(_ => { })), "worker");
        var boss = system.ActorOf(Bounded(Answering(puppet => worker.Forward(new Question(2), puppet.Context))), "boss");
        var failing = system.ActorOf(Bounded(Answering(_ => throw new BoomException())));
        await system.ThrowsNowAsync<AskFailedException>(failing.AskAsync(new Question(1)));

        var putOff = worker.AskAsync(new Question(1), Timeout.InfiniteTimeSpan);
        var handedOn = boss.AskAsync(new Question(1), Timeout.InfiniteTimeSpan);
        await system.DrainAsync();
        boss.Tell(PoisonPill.Instance);
        await system.DrainAsync();
        handedOn.IsCompleted.ShouldBeFalse();
        worker.Fail();
        await system.ThrowsNowAsync<AskFailedException>(putOff);
        (await system.ThrowsNowAsync<AskFailedException>(handedOn)).Target.ShouldBe(worker.Path);
        putOff = worker.AskAsync(new Question(1), Timeout.InfiniteTimeSpan);
        worker.Tell(PoisonPill.Instance);
        (await system.ThrowsNowAsync<ActorNotFoundException>(putOff)).WasTaken.ShouldBeTrue();

        static Props Bounded(Props props) => props with { Mailbox = MailboxOptions.Bounded(5, MailboxOverflow.WaitAsker) };
    }

    [Theory, OnEachDispatcher, Trait("rule", "ASK-5")]
    public async Task A_task_may_answer_as_long_as_its_actor_lives(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var gate = new TaskCompletionSource();
        var actor = system.ActorOf(Answering(puppet =>
        {
            var sender = puppet.Sender;
            puppet.Context.RunTask(
                async () =>
                {
                    await gate.Task;
                    sender.Tell(2);
                },
                _ => "done");
        }));
        var asking = actor.AskAsync(new Question(1), Timeout.InfiniteTimeSpan);
        await system.DrainAsync();
        asking.IsCompleted.ShouldBeFalse();
        gate.SetResult();
        (await asking).ShouldBe(2);
    }

    [Theory, OnEachDispatcher(Seeds = 20), Trait("rule", "ASK-3"), Trait("rule", "ASK-5")]
    public async Task Every_ask_of_an_actor_that_comes_and_goes_ends_exactly_once(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var random = new Random(seed);
        var parked = new List<IActorRef>();
        var actor = system.ActorOf(Puppet.Props(script: new Puppet.Script
        {
            Construct = puppet => puppet.On<Question>(question =>
            {
                switch (question.Number % 4)
                {
                    case 0:
                        puppet.Sender.Tell(question.Number);
                        break;
                    case 1:
                        parked.Add(puppet.Sender);
                        break;
                    case 2:
                        throw new BoomException();
                    default:
                        parked.ForEach(waiting => waiting.Tell(-1));
                        parked.Clear();
                        break;
                }
            }),
        }) with { QuarantineAfter = 0 });
        var asks = new List<(int Number, Task<int> Task)>();
        for (var i = 0; i < 300; i++)
        {
            var number = random.Next(1000);
            asks.Add((number, actor.AskAsync(new Question(number), Timeout.InfiniteTimeSpan)));
        }

        await system.DrainAsync();
        foreach (var (number, task) in asks.Where(ask => ask.Number % 4 != 3))
        {
            if (task.IsCompletedSuccessfully)
            {
                (await task).ShouldBe(number % 4 == 0 ? number : -1);
            }
            else if (task.IsCompleted)
            {
                await Expect.ThrowsAsync<AskFailedException>(task);
                (number % 4).ShouldBeInRange(1, 2);
            }
            else
            {
                (number % 4).ShouldBe(1);
            }
        }

        actor.Tell(PoisonPill.Instance);
        await system.DrainAsync();
        asks.ShouldAllBe(ask => ask.Task.IsCompleted);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task An_actor_that_puts_off_millions_of_answers_does_not_keep_those_that_it_has_given_or_handed_on(bool handsOn)
    {
        await using var system = ActorSystem.Create("test");
        var worker = system.ActorOf(Answering(puppet => puppet.Sender.Tell(1)));
        var waiting = new Queue<IActorRef>();
        var actor = system.ActorOf(Answering(puppet =>
        {
            waiting.Enqueue(puppet.Sender);
            if (waiting.Count > 100)
            {
                (handsOn ? worker : waiting.Peek()).Tell(handsOn ? new Question(0) : 1, waiting.Dequeue());
            }
        }));
        var first = new List<WeakReference>();
        await AskAsync(200);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        first.Count(ask => ask.IsAlive).ShouldBeLessThan(20);

        async Task AskAsync(int more)
        {
            for (var i = 0; i < 50; i++)
            {
                first.Add(new WeakReference(actor.AskAsync(new Question(i), Timeout.InfiniteTimeSpan)));
            }

            for (var i = 0; i < more; i++)
            {
                _ = actor.AskAsync(new Question(i), Timeout.InfiniteTimeSpan);
            }

            await actor.CountAsync();
            await worker.CountAsync();
        }
    }

    private static Props Answering(Action<Puppet> answer) =>
        Puppet.Props(script: new Puppet.Script { Construct = puppet => puppet.On<Question>(_ => answer(puppet)) });

    private static Props AnsweringAsync(Func<Puppet, Task> answer) =>
        Puppet.Props(script: new Puppet.Script { Construct = puppet => puppet.OnAsync<Question>(_ => answer(puppet)) });

    private sealed record Question(int Number) : IRequest<int>;
}
