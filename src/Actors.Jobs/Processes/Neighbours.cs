namespace Actors.Jobs.Processes;

/// <summary>The way from the owner of a queue to the other processes.</summary>
/// <param name="Inbox">The <see cref="InboxActor"/> of the owner.</param>
/// <param name="Watcher">The <see cref="NodesActor"/>, which says when a process has ended.</param>
/// <param name="BegunOf">What a process has begun.</param>
/// <param name="Formats">What all of them can read.</param>
internal sealed record Neighbours(IActorRef Inbox, IActorRef Watcher, Func<long, IBegunAttempts> BegunOf, LiveFormats Formats);
