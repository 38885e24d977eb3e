using Actors.TestKit;

namespace Actors.Tests.Mailboxes;

/// <summary>An actor that is in a handler until it is released, so that its mailbox fills. It passes on what it handles then.</summary>
internal sealed class HeldActor
{
    private readonly TaskCompletionSource _gate = new();

    private readonly TestSystem _system;

    private HeldActor(TestSystem system, MailboxOptions mailbox, string name)
    {
        _system = system;
        Handled = system.CreateProbe(name + "-handled");
        Ref = system.ActorOf(
            Puppet.Props(script: new Puppet.Script { Construct = Declare }) with { Mailbox = mailbox, HandlerLimit = Timeout.InfiniteTimeSpan },
            name);
    }

    public IActorRef Ref { get; }

    public Probe Handled { get; }

    public static async Task<HeldActor> StartAsync(
        TestSystem system, MailboxOptions mailbox, string name = "held", Action<Puppet>? onHold = null)
    {
        var held = new HeldActor(system, mailbox, name);
        held.Ref.DoAsync(puppet =>
        {
            onHold?.Invoke(puppet);
            return held._gate.Task;
        });
        await system.DrainAsync();
        return held;
    }

    public void Tell(params object[] messages)
    {
        foreach (var message in messages)
        {
            Ref.Tell(message);
        }
    }

    public void Release() => _gate.SetResult();

    /// <summary>Whether the actor has ended when all work has run out.</summary>
    public async Task<bool> IsEndedAsync()
    {
        await _system.DrainAsync(); // A question may be more urgent than what ends the actor.
        try
        {
            await Ref.AskAsync(new Question(0));
            return false;
        }
        catch (ActorNotFoundException)
        {
            return true;
        }
    }

    private void Declare(Puppet puppet)
    {
        puppet.On<Question>(question =>
        {
            Handled.Ref.Tell(question.Number);
            puppet.Sender.Tell(question.Number);
        });
        puppet.On<Terminated>(_ => Handled.Ref.Tell("Terminated"));
        puppet.On<int>(number => Handled.Ref.Tell(number));
        puppet.On<string>(text => Handled.Ref.Tell(text));
        puppet.On<INeverDropped>(message => Handled.Ref.Tell(message));
    }

    public sealed record Question(int Number) : IRequest<int>;
}
