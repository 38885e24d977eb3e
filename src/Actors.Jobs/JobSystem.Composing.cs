using Actors.Jobs.Processes;
using Actors.Jobs.Queues;
using Actors.Jobs.Types;

namespace Actors.Jobs;

/// <summary>Jobs that wait for others: what they wait for is looked for before anything is enqueued.</summary>
public sealed partial class JobSystem
{
    /// <summary>How long jobs wait for those before them that the same call enqueues after them, in other queues.</summary>
    private static readonly TimeSpan PromiseLimit = TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<JobId>> EnqueueChainAsync(
        IReadOnlyCollection<object> jobs, Action<EnqueueOptions, int>? configure = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        if (jobs.Count == 0)
        {
            throw new ArgumentException("A chain has at least one job, but this has none. Nothing was enqueued.", nameof(jobs));
        }

        var links = new Link[jobs.Count];
        var isChosenId = false;
        var i = 0;
        foreach (var job in jobs)
        {
            ArgumentNullException.ThrowIfNull(job, nameof(jobs));
            var index = i;
            var (draft, queue, isChosen) = Draft(job, configure is null ? null : options => configure(options, index));
            var before = i == 0 ? null : new JobWait(links[i - 1].Draft.Id, links[i - 1].Queue, AfterCondition.Succeeded, null);
            links[i++] = new Link(job, before is null ? draft : WithWaits(draft, [.. draft.Traits?.Waits ?? [], before]), queue);
            isChosenId |= isChosen;
        }

        if (isChosenId && links.CountBy(link => link.Draft.Id).FirstOrDefault(id => id.Value > 1) is { Value: > 1 } twice)
        {
            throw new ArgumentException($"Two jobs of the chain have the id {twice.Key}. Leave the ids out, or choose another one for each. Nothing was enqueued.", nameof(configure));
        }

        links = await ResolveParentsAsync(links, cancellationToken);
        if (Array.TrueForAll(links, link => link.Queue == links[0].Queue))
        {
            var existing = (await EnqueueAsync(links[0].Queue, [.. links.Select(link => link.Draft)], isChosenId, cancellationToken)).Existing;
            return [.. links.Select(link => existing is not null && existing.TryGetValue(link.Draft.Id, out var other) ? other : OnEnqueued(link.Draft, link.Queue, link.Job))];
        }

        // From the last to the first: when this process ends on the way, none of them runs, and those that are there give up.
        var until = _system.TimeProvider.GetUtcNow().Add(PromiseLimit).ToUnixTimeMilliseconds();
        var ids = new JobId[links.Length];
        for (i = links.Length - 1; i >= 0; i--)
        {
            var draft = i == 0 ? links[i].Draft : Promise(links[i].Draft, links[i - 1].Draft.Id, until);

            // The one after it is stored already, and waits for this one: if there is another of its kind, it must end as cancelled, and not be left out.
            var existing = (await EnqueueAsync(links[i].Queue, [draft], isChosenId, cancellationToken, isAccepted: i < links.Length - 1)).Existing;
            ids[i] = existing is null ? OnEnqueued(draft, links[i].Queue, links[i].Job) : existing[draft.Id];
        }

        return ids;
    }

    /// <summary>The job waits for these; what delays it does so afterwards.</summary>
    private static JobDraft WithWaits(JobDraft draft, IReadOnlyList<JobWait> waits)
    {
        var traits = draft.Traits ?? new JobTraits();
        var delayMs = Math.Max(traits.AfterDelayMs, (long)Math.Ceiling(draft.Delay.TotalMilliseconds));
        return waits.Count > 0
            ? draft with { Delay = TimeSpan.Zero, Traits = traits with { Waits = waits, AfterDelayMs = delayMs } }
            : draft with { Delay = TimeSpan.FromMilliseconds(delayMs), Traits = traits with { Waits = [], AfterDelayMs = 0 } };
    }

    private static JobDraft Promise(JobDraft draft, JobId before, long untilMs) => draft with
    {
        Traits = draft.Traits! with { Waits = [.. draft.Traits.Waits.Select(wait => wait.Parent == before ? wait with { PromisedUntilMs = untilMs } : wait)] }, // It waits for the one before.
    };

    private async Task<JobDraft> ResolveParentsAsync(JobDraft draft, string queue, CancellationToken cancellationToken) =>
        (await ResolveParentsAsync([new Link(draft, draft, queue)], cancellationToken))[0].Draft;

    /// <summary>Looks for what jobs wait for. What has come already is not waited for.</summary>
    /// <param name="links">The jobs, which are enqueued together.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="batch">A batch that is about to begin.</param>
    private async Task<Link[]> ResolveParentsAsync(Link[] links, CancellationToken cancellationToken, JobId? batch = null)
    {
        var together = new Dictionary<JobId, Link>();
        foreach (var link in links)
        {
            together.TryAdd(link.Draft.Id, link);
        }

        RefuseCycles(together);
        var known = new Dictionary<JobId, QueueMessage.ParentFound>();
        var resolved = new Link[links.Length];
        for (var i = 0; i < links.Length; i++)
        {
            var (_, draft, queue) = resolved[i] = links[i];
            if (draft.Traits is not { Waits.Count: > 0 } traits)
            {
                continue;
            }

            var waits = new List<JobWait>(traits.Waits.Count);
            foreach (var wait in traits.Waits)
            {
                if (wait.Parent == batch)
                {
                    waits.Add(wait);
                    continue;
                }

                if (together.TryGetValue(wait.Parent, out var parent))
                {
                    waits.Add(wait with { Queue = parent.Queue });
                    continue;
                }

                if (!known.TryGetValue(wait.Parent, out var found))
                {
                    known.Add(wait.Parent, found = await FindParentAsync(wait.Parent, queue, cancellationToken));
                }

                if (found.News!.Verdict(wait) != true) // What is not known is thrown.
                {
                    waits.Add(wait with { Queue = found.Queue });
                }
            }

            resolved[i] = links[i] with { Draft = WithWaits(draft, waits) };
        }

        return resolved;
    }

    private async Task<QueueMessage.ParentFound> FindParentAsync(JobId parent, string queue, CancellationToken cancellationToken)
    {
        var (found, unknown) = await ExpectAsync(parent, queue, cancellationToken);
        if (found is null && _options.Shared is { } shared && await FindAcceptedAsync(shared.Inbox, parent, cancellationToken) is not null)
        {
            // What another process says to the owner is in order; what this one says comes after all that was accepted before.
            if (_ownerInbox is { } inbox)
            {
                await inbox.AskAsync(InboxActor.ReadToEnd.Instance, Timeout.InfiniteTimeSpan, cancellationToken);
            }

            (found, unknown) = await ExpectAsync(parent, queue, cancellationToken);
        }

        if (found is not null)
        {
            return found;
        }

        return await History.FindAsync(parent, cancellationToken) is { } finished
            ? new QueueMessage.ParentFound(finished.Queue, QueueActor.NewsOf(finished), null)
            : throw (unknown is null ? new UnknownParentException(parent) : unknown);
    }

    private async Task<(QueueMessage.ParentFound? Found, QueueUnavailableException? Unknown)> ExpectAsync(JobId parent, string queue, CancellationToken cancellationToken)
    {
        QueueUnavailableException? unknown = null;
        foreach (var answer in await Task.WhenAll(_queues.Keys.Select(name => ChangeQueueAsync(name, new QueueMessage.Expect(parent, queue), cancellationToken))))
        {
            var found = answer;
            for (var i = 0; i < MaxFollowed && found is { News: null, MovedTo: { } moved } && _queues.ContainsKey(moved); i++)
            {
                found = await ChangeQueueAsync(moved, new QueueMessage.Expect(parent, queue), cancellationToken);
            }

            if (found.News is not null)
            {
                return (found, null);
            }

            unknown ??= answer.Unknown is null ? null : new QueueUnavailableException(answer.Queue, answer.Unknown);
        }

        return (null, unknown);
    }

    /// <summary>Jobs that would wait for themselves, by way of others of the same call.</summary>
    private static void RefuseCycles(Dictionary<JobId, Link> together)
    {
        // 0 or absent is new, 1 is on the way, 2 is done.
        var seen = new Dictionary<JobId, int>();
        var way = new Stack<(JobId Id, int Next)>();
        foreach (var first in together.Keys)
        {
            if (seen.ContainsKey(first) || together[first].Draft.Traits is not { Waits.Count: > 0 })
            {
                continue;
            }

            way.Push((first, 0));
            seen[first] = 1;
            while (way.TryPop(out var at))
            {
                var waits = together[at.Id].Draft.Traits?.Waits ?? [];
                if (at.Next == waits.Count)
                {
                    seen[at.Id] = 2;
                    continue;
                }

                way.Push(at with { Next = at.Next + 1 });
                var parent = waits[at.Next].Parent;
                var state = seen.GetValueOrDefault(parent);
                if (state == 1)
                {
                    var cycle = way.Reverse().Select(step => step.Id).SkipWhile(id => id != parent).Append(parent);
                    throw new ArgumentException($"These jobs would wait for each other for ever: {string.Join(" waits for ", cycle)}. Nothing was enqueued.");
                }

                if (state == 0 && together.ContainsKey(parent))
                {
                    way.Push((parent, 0));
                    seen[parent] = 1;
                }
            }
        }
    }

    /// <summary>A job that is enqueued together with others.</summary>
    private sealed record Link(object Job, JobDraft Draft, string Queue);
}
