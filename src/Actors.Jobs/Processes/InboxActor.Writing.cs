using Google.Protobuf;

namespace Actors.Jobs.Processes;

/// <summary>What is posted, and what has been taken and is deleted: one write at a time.</summary>
internal sealed partial class InboxActor
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(200);
    private static readonly object RetryPost = new();

    private readonly SortedSet<long> _taken = [];
    private readonly List<IActorRef> _syncs = [];
    private List<Posting> _postings = [];
    private List<Posting> _underWay = [];
    private IReadOnlyList<long> _deleting = [];

    private void OnPost(Post post)
    {
        if (_postings.Count > 0 && _postings[^1] is var last && last.Recipient == post.Recipient && last.TryMerge(post))
        {
            return;
        }

        _postings.Add(new Posting(post));
        FlushSoon();
    }

    /// <summary>After everything that is in the mailbox, so that one write takes it all.</summary>
    private void FlushSoon()
    {
        if (_underWay.Count == 0 && _deleting.Count == 0 && !Context.Timers.IsActive(RetryPost))
        {
            Self.Tell(Flush.Instance, Self);
        }
    }

    private void FlushPostings()
    {
        if (_underWay.Count > 0 || _deleting.Count > 0 || (_postings.Count == 0 && _taken.Count == 0))
        {
            return;
        }

        (_underWay, _postings) = (_postings, _underWay);
        _deleting = [.. _taken];
        _taken.Clear();
        var messages = _underWay.ConvertAll(posting => new InboxMessage(posting.Recipient, _node, posting.Body.ToByteArray()));
        var deleting = _deleting;
        Exception? notDeleted = null;
        Context.RunTask(
            async () =>
            {
                // The two share a transaction of the store, because they wait for it together.
                var deleted = _inbox.DeleteAsync(deleting, CancellationToken.None).ContinueWith(
                    task => notDeleted = task.Exception?.InnerException, TaskScheduler.Default);
                try
                {
                    await _inbox.PostAsync(messages, CancellationToken.None);
                }
                finally
                {
                    await deleted; // Its outcome counts whatever that of the other is.
                }
            },
            cause => new Written(cause, notDeleted));
    }

    private void OnWritten(Written written)
    {
        if (written.NotDeleted is not null)
        {
            _taken.UnionWith(_deleting);
        }

        _deleting = [];
        if (written.NotPosted is { } cause)
        {
            // Whoever waits is told. What is no enqueue must arrive; saying it twice is harmless.
            var self = Self;
            _underWay.RemoveAll(posting => posting.Fail(cause, self));
            _underWay.AddRange(_postings);
            (_postings, _underWay) = (_underWay, []);
        }
        else
        {
            foreach (var posting in _underWay)
            {
                posting.Answer(Self);
            }

            _underWay.Clear();
        }

        if ((written.NotPosted ?? written.NotDeleted) is { } failure)
        {
            Log.InboxNotWritten(Logger, failure.Message);
            Context.Timers.StartSingle(RetryPost, Flush.Instance, RetryDelay);
        }
        else
        {
            FlushPostings();
            AnswerSyncs();
        }
    }

    private void OnSync()
    {
        _syncs.Add(Sender);
        AnswerSyncs();
    }

    private void AnswerSyncs()
    {
        if (_postings.Count > 0 || _underWay.Count > 0)
        {
            return;
        }

        foreach (var sync in _syncs)
        {
            sync.Tell(Synced.Instance, Self);
        }

        _syncs.Clear();
    }
}
