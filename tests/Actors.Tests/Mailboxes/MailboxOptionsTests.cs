using Actors.TestKit;

namespace Actors.Tests.Mailboxes;

public sealed class MailboxOptionsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void A_mailbox_that_holds_nothing_is_refused(int capacity)
    {
        var refused = Should.Throw<ArgumentOutOfRangeException>(() => MailboxOptions.Bounded(capacity));
        refused.ParamName.ShouldBe("capacity");
        refused.ActualValue.ShouldBe(capacity);
        refused.Message.ShouldStartWith("A mailbox holds at least 1 message.");
        Should.Throw<ArgumentOutOfRangeException>(() => MailboxOptions.Priority(_ => 0, capacity)).ParamName.ShouldBe("capacity");
    }

    [Fact]
    public void An_overflow_that_does_not_exist_is_refused() =>
        Should.Throw<ArgumentOutOfRangeException>(() => MailboxOptions.Bounded(1, (MailboxOverflow)9)).ParamName.ShouldBe("overflow");

    [Fact]
    public void A_priority_without_a_function_is_refused()
    {
        Should.Throw<ArgumentNullException>(() => MailboxOptions.Priority(null!)).ParamName.ShouldBe("priority");
        Should.Throw<ArgumentNullException>(() => MailboxOptions.Priority(null!, 1)).ParamName.ShouldBe("priority");
    }

    [Fact]
    public void Props_without_a_mailbox_are_refused() =>
        Should.Throw<ArgumentNullException>(() => Puppet.Props() with { Mailbox = null! }).ParamName.ShouldBe("Mailbox");

    [Fact]
    public void A_dispatcher_or_an_action_that_does_not_exist_is_refused()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => Puppet.Props() with { Dispatcher = (ActorDispatcher)7 }).ParamName.ShouldBe("Dispatcher");
        Should.Throw<ArgumentOutOfRangeException>(() => Puppet.Props() with { OnOverdue = (OverdueAction)7 }).ParamName.ShouldBe("OnOverdue");
    }

    [Fact]
    public void A_mailbox_says_what_it_is()
    {
        MailboxOptions.Unbounded.Capacity.ShouldBe(MailboxOptions.Unlimited);
        MailboxOptions.Priority(_ => 0).Capacity.ShouldBe(MailboxOptions.Unlimited);
        var bounded = MailboxOptions.Bounded(3, MailboxOverflow.DropOldest);
        (bounded.Capacity, bounded.Overflow).ShouldBe((3, MailboxOverflow.DropOldest));
    }

    [Theory, OnEachDispatcher]
    public async Task Nobody_gets_a_null(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        foreach (var mailbox in (MailboxOptions[])[MailboxOptions.Bounded(1), MailboxOptions.Priority(message => message.GetHashCode())])
        {
            var actor = system.ActorOf(Puppet.Props() with { Mailbox = mailbox });
            Should.Throw<ArgumentNullException>(() => actor.Tell(null!)).ParamName.ShouldBe("message");
        }
    }
}
