using Actors.Jobs.Processes;
using Actors.Jobs.Queues;
using Actors.Jobs.Types;
using Actors.Persistence;
using Microsoft.Extensions.Logging;

namespace Actors.Jobs;

/// <summary>Queues of a store that other processes use too: spoken for from the start, owned when nobody else does.</summary>
public sealed partial class JobSystem
{
    private async Task StartSharedAsync(
        ISharedStore store, IReadOnlyDictionary<QueueDefinition, IReadOnlyDictionary<string, JobHandler>> handlers, CancellationToken cancellationToken)
    {
        var inbox = _system.SystemActorOf(Props.Create(() => new InboxActor(store.Inbox, store.Node, store.Node)), "inbox");
        var parent = _system.ActorOf(Props.Create(() => new QueuesActor(Array.Empty<string>())), "remote-queues");
        foreach (var (definition, handlersByName) in handlers)
        {
            var begun = store.BegunAttemptsOf(store.Node).Open(definition.Name, QueueOptions.MostWorkers);
            begun.Forget(); // A process has no past: its id is never used again.
            QueueHandle? handle = null;
            var props = Props.Create(() => new RemoteQueueActor(definition.Name, handle?.Options ?? definition.Options, handlersByName, _executions[definition.Name], begun, inbox));
            var started = await parent.AskAsync(new QueuesActor.Start(definition.Name, props), Timeout.InfiniteTimeSpan, cancellationToken);
            handle = new QueueHandle(started.Actor, definition.Options);
            _queues.Add(definition.Name, handle);
        }

        if (await store.TryOwnAsync(cancellationToken) is { } journal)
        {
            await TakeOverAsync(store, journal, handlers);
        }
        else
        {
            _system.SystemActorOf(Props.Create(() => new OwnershipActor(store, journal => TakeOverAsync(store, journal, handlers))), "ownership");
        }
    }

    private async Task TakeOverAsync(
        ISharedStore store, IJournal journal, IReadOnlyDictionary<QueueDefinition, IReadOnlyDictionary<string, JobHandler>> handlers)
    {
        var inbox = _system.SystemActorOf(Props.Create(() => new InboxActor(store.Inbox, InboxMessage.Owner, store.Node)), "owner-inbox");
        var formats = new LiveFormats();
        var nodes = _system.SystemActorOf(Props.Create(() => new NodesActor(store, inbox, formats)), "nodes");
        List<(string Name, IActorRef Actor)> owners;
        try
        {
            // Before anything is written.
            formats.Look((await NodesActor.LookAsync(store, CancellationToken.None)).Living);
            owners = [.. await StartOwnersAsync(journal, new Neighbours(inbox, nodes, store.BegunAttemptsOf, formats), handlers, CancellationToken.None)];
        }
        catch
        {
            // It is tried again, with actors of the same names.
            await nodes.GracefulStopAsync(Timeout.InfiniteTimeSpan);
            await inbox.GracefulStopAsync(Timeout.InfiniteTimeSpan);
            throw;
        }

        foreach (var (name, actor) in owners)
        {
            var handle = _queues[name];
            handle.Own(actor);
            actor.Tell(new QueueMessage.Reconfigure(handle.Options)); // They may have changed meanwhile.
        }

        _ownerInbox = inbox;
        await StartSchedulesAsync(journal, formats);
        Log.OwnershipTaken(_system.LoggerFactory.CreateLogger("Actors.Jobs"), store.Node);
    }
}
