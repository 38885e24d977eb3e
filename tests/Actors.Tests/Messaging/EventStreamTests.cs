using Actors.TestKit;

namespace Actors.Tests.Messaging;

public sealed class EventStreamTests
{
    [Theory, OnEachDispatcher]
    public async Task Subscribers_get_what_is_of_their_type_or_derived_from_it_or_implements_it(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var events = system.System.EventStream;
        var toBase = system.CreateProbe();
        var toDerived = system.CreateProbe();
        var toInterface = system.CreateProbe();
        events.Subscribe<News>(toBase.Ref);
        events.Subscribe<Urgent>(toDerived.Ref);
        events.Subscribe<INoteworthy>(toInterface.Ref);
        events.Publish(new News(1));
        events.Publish(new Urgent(2));
        events.Publish(new Other());
        events.Publish("text");
        await toBase.ExpectInOrderAsync(new News(1), new Urgent(2));
        await toDerived.ExpectInOrderAsync(new Urgent(2));
        await toInterface.ExpectInOrderAsync(new Urgent(2), new Other());
        await toBase.ExpectNoneAsync();
        await toDerived.ExpectNoneAsync();
        await toInterface.ExpectNoneAsync();
    }

    [Theory, OnEachDispatcher]
    public async Task Subscriptions_that_overlap_bring_an_event_once(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var events = system.System.EventStream;
        var probe = system.CreateProbe();
        events.Subscribe<News>(probe.Ref);
        events.Subscribe<News>(probe.Ref);
        events.Subscribe<Urgent>(probe.Ref);
        events.Subscribe<object>(probe.Ref);
        events.Publish(new Urgent(1));
        await probe.ExpectAsync(new Urgent(1));
        await probe.ExpectNoneAsync();
    }

    [Theory, OnEachDispatcher]
    public async Task A_subscription_ends_by_type_or_all_at_once(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var events = system.System.EventStream;
        var probe = system.CreateProbe();
        var other = system.CreateProbe();
        events.Subscribe<News>(other.Ref);
        events.Subscribe<News>(probe.Ref);
        events.Subscribe<Other>(probe.Ref);
        events.Unsubscribe<News>(probe.Ref);
        events.Unsubscribe<string>(probe.Ref); // There is none.
        Publish();
        await probe.ExpectAsync(new Other());
        events.Subscribe<News>(probe.Ref);
        Publish();
        await probe.ExpectInOrderAsync(new News(1), new Other());
        events.Unsubscribe(probe.Ref);
        Publish();
        await probe.ExpectNoneAsync();
        (await other.ReceiveAllAsync()).Count.ShouldBe(3);

        void Publish()
        {
            events.Publish(new News(1));
            events.Publish(new Other());
        }
    }

    [Theory, OnEachDispatcher]
    public async Task An_actor_that_ends_is_forgotten(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var events = system.System.EventStream;
        var actor = system.ActorOf(Puppet.Props());
        events.Subscribe<News>(actor);
        events.Subscribe<Other>(actor);
        events.HasSubscribers<News>().ShouldBeTrue();
        actor.Tell(PoisonPill.Instance);
        await system.DrainAsync();
        events.HasSubscribers<News>().ShouldBeFalse();
        events.HasSubscribers<Other>().ShouldBeFalse();
        events.Publish(new News(1));
        events.Subscribe<News>(actor); // Too late, and undone at once.
        events.HasSubscribers<News>().ShouldBeFalse();
        events.Publish(new News(2));
        system.System.DeadLetterBox.Total.ShouldBe(0);
    }

    [Theory, OnEachDispatcher]
    public async Task A_restarted_actor_stays_subscribed(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var reports = system.CreateProbe();
        var actor = system.ActorOf(
            Puppet.Props(script: new Puppet.Script { Construct = puppet => puppet.On<News>(news => reports.Ref.Tell(news)) }));
        system.System.EventStream.Subscribe<News>(actor);
        actor.Fail();
        system.System.EventStream.Publish(new News(1));
        await reports.ExpectAsync(new News(1));
    }

    [Fact]
    public async Task Threads_may_publish_and_subscribe_at_a_time()
    {
        await using var system = ActorSystem.Create("threads");
        var events = system.EventStream;
        var received = 0;
        var constant = system.ActorOf(Puppet.Props(script: new Puppet.Script { Construct = puppet => puppet.On<News>(_ => received++) }));
        events.Subscribe<News>(constant);
        var threads = Enumerable.Range(0, 4).Select(number => new Thread(() =>
        {
            for (var i = 0; i < 500; i++)
            {
                if (number < 2)
                {
                    events.Publish(new News(i));
                    continue;
                }

                var passing = system.ActorOf(Puppet.Props());
                events.Subscribe<News>(passing);
                events.Subscribe<Other>(passing);
                if (i % 2 == 0)
                {
                    events.Unsubscribe<News>(passing);
                }

                passing.Tell(PoisonPill.Instance);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        await constant.CountAsync();
        received.ShouldBe(1000);
        await system.TerminateAsync();

        // Parents hear of an end before watchers do, so the last news may be on its way yet.
        SpinWait.SpinUntil(() => !events.HasSubscribers<News>() && !events.HasSubscribers<Other>(), TimeSpan.FromSeconds(20)).ShouldBeTrue();
    }

    private record News(int Number);

    private sealed record Urgent(int Number) : News(Number), INoteworthy;

    private sealed record Other : INoteworthy;

    private interface INoteworthy;
}
