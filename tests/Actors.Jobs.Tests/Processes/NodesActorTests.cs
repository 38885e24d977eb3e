using Actors.Jobs.Processes;
using Actors.Jobs.Protos;
using Actors.Jobs.Queues;
using Actors.Persistence;
using Actors.TestKit;

namespace Actors.Jobs.Tests.Processes;

/// <summary>The owner's look at the other processes.</summary>
public sealed class NodesActorTests
{
    [Theory, OnEachDispatcher]
    public async Task Who_could_not_be_greeted_is_greeted_again(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var store = new Members { Fault = new IOException("The disk is away.") };
        var (inbox, queue, nodes) = Start(system, store);
        nodes.Tell(new NodesActor.QueueReady("emails", queue.Ref, []), queue.Ref);
        await system.AdvanceAsync(TimeSpan.FromSeconds(3.5));
        inbox.Count.ShouldBe(0);
        store.Fault = null;
        await system.AdvanceAsync(TimeSpan.FromSeconds(2));
        var greeted = (await inbox.ReceiveAllAsync()).OfType<InboxActor.Post>().Where(post => post.Body.ContentCase == InboxBody.ContentOneofCase.Owner).ToList();
        greeted.Select(post => post.Recipient).ShouldBe([1, 2]);
        greeted.ShouldAllBe(post => post.Body.Queue == "emails" && post.Body.Owner.Node == 1);
    }

    [Theory, OnEachDispatcher]
    public async Task That_a_process_is_gone_is_told_when_the_inbox_has_been_read_to_its_end(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var store = new Members { Dead = 2 };
        var (inbox, queue, nodes) = Start(system, store);
        nodes.Tell(new NodesActor.QueueReady("emails", queue.Ref, []), queue.Ref);
        await inbox.FishAsync<InboxActor.ReadToEnd>();
        var reader = inbox.LastSender;
        await system.AdvanceAsync(TimeSpan.FromSeconds(5));
        queue.Count.ShouldBe(0, "Its last words have not been read.");
        inbox.Send(reader, InboxActor.EndReached.Instance);
        await queue.ExpectAsync(new QueueMessage.NodeGone(2));
        await system.DrainAsync();
        store.Removed.ShouldBe([2]);
    }

    private static (Probe Inbox, Probe Queue, IActorRef Nodes) Start(TestSystem system, Members store)
    {
        var inbox = system.CreateProbe("inbox");
        return (inbox, system.CreateProbe("queue"), system.ActorOf(Props.Create(() => new NodesActor(store, inbox.Ref, new LiveFormats())), "nodes"));
    }

    /// <summary>A store with two processes, of which this is the first.</summary>
    private sealed class Members : ISharedStore
    {
        public Exception? Fault { get; set; }

        public long Dead { get; init; }

        public List<long> Removed { get; } = [];

        public long Node => 1;

        public IInbox Inbox => throw new NotSupportedException();

        public IHistory History => throw new NotSupportedException();

        public Task<IJournal?> TryOwnAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public IBegunAttempts BegunAttemptsOf(long node) => throw new NotSupportedException();

        public Task<IReadOnlyList<StoreNode>> GetNodesAsync(CancellationToken cancellationToken) => Fault is { } fault
            ? Task.FromException<IReadOnlyList<StoreNode>>(fault)
            : Task.FromResult<IReadOnlyList<StoreNode>>(
                [.. new long[] { 1, 2 }.Except(Removed).Select(id => new StoreNode(id, 4711, "1.0", StoreFormats.OfThisProgram))]);

        public Task<bool> IsAliveAsync(long node, CancellationToken cancellationToken) => Task.FromResult(node != Dead);

        public Task RemoveAsync(long node, CancellationToken cancellationToken)
        {
            Removed.Add(node);
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync() => default;
    }
}
