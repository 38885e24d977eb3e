using System.Reflection;
using Actors.TestKit;
using Xunit.Sdk;
using Xunit.v3;

namespace Actors.Tests.Mailboxes;

/// <summary>Runs a theory for each kind of mailbox, in the simulation, with some seeds, and on threads, shared and pinned.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OnEachMailboxAttribute : DataAttribute
{
    private const int Seeds = 5;

    private static readonly Dictionary<string, MailboxOptions> Mailboxes = new()
    {
        ["unbounded"] = MailboxOptions.Unbounded,
        ["bounded"] = MailboxOptions.Bounded(1000),
        ["wait-asker"] = MailboxOptions.Bounded(1000, MailboxOverflow.WaitAsker),
        ["priority"] = MailboxOptions.Priority(static _ => 1),
        ["bounded-priority"] = MailboxOptions.Priority(static _ => 1, 1000, MailboxOverflow.DropOldest),
    };

    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker)
    {
        var rows = new List<ITheoryDataRow>();
        foreach (var name in Mailboxes.Keys)
        {
            rows.Add(new TheoryDataRow<TestDispatcher, int, string>(TestDispatcher.Threads, 1, name));
            rows.Add(new TheoryDataRow<TestDispatcher, int, string>(TestDispatcher.Threads, 1, name + " pinned"));
            rows.AddRange(Enumerable.Range(1, Seeds).Select(seed =>
                new TheoryDataRow<TestDispatcher, int, string>(TestDispatcher.Simulation, seed, name)));
        }

        return ValueTask.FromResult<IReadOnlyCollection<ITheoryDataRow>>(rows);
    }

    public override bool SupportsDiscoveryEnumeration() => true;

    /// <summary>Props with the mailbox and the dispatcher of a row.</summary>
    public static Props With(Props props, string mailbox) => props with
    {
        Mailbox = Mailboxes[mailbox.Split(' ')[0]],
        Dispatcher = mailbox.EndsWith("pinned", StringComparison.Ordinal) ? ActorDispatcher.Pinned : ActorDispatcher.Shared,
    };
}
