using Actors.Jobs.Protos;
using Actors.Jobs.Queues;
using Actors.Persistence;
using Google.Protobuf;

namespace Actors.Jobs.Processes;

/// <summary>The post office of one recipient: hands its messages to the queues that they are about, and stores what those say to others.</summary>
/// <remarks>
/// A message is deleted when the queue has said <see cref="Taken"/>, which it does when what follows from it is durable; until then it is read
/// again by the next owner. One write is under way at a time and takes all that came during the one before.
/// </remarks>
internal sealed class InboxActor : ReceiveActor
{
    private const int MaxReadBytes = 1024 * 1024;
    private const int MaxOutstandingBytes = 8 * 1024 * 1024;
    private const int MaxMergedBytes = 256 * 1024;
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(200);
    private static readonly object RetryRead = new();
    private static readonly object RetryPost = new();

    private readonly IInbox _inbox;
    private readonly long _recipient;
    private readonly long _node;
    private readonly Dictionary<string, IActorRef> _queues = new(StringComparer.Ordinal);
    private readonly Dictionary<long, (string Queue, int Bytes)> _outstanding = [];
    private readonly SortedSet<long> _taken = [];
    private readonly List<IActorRef> _waitingForEnd = [];
    private readonly List<IActorRef> _waitingForThisRead = [];
    private readonly List<IActorRef> _syncs = [];
    private List<Posting> _postings = [];
    private List<Posting> _underWay = [];
    private IReadOnlyList<long> _deleting = [];
    private CancellationTokenSource? _wait;
    private long _after;
    private long _outstandingBytes;
    private bool _isReading;

    public InboxActor(IInbox inbox, long recipient, long node)
    {
        _inbox = inbox;
        _recipient = recipient;
        _node = node;
        Receive<Attach>(OnAttach);
        Receive<Taken>(OnTaken);
        Receive<Post>(OnPost);
        Receive<ReadToEnd>(_ => OnReadToEnd());
        Receive<Read>(_ => Next());
        Receive<RowsRead>(OnRowsRead);
        Receive<Woken>(_ => OnWoken());
        Receive<Sync>(_ => OnSync());
        Receive<Flush>(_ => FlushPostings());
        Receive<Written>(OnWritten);
    }

    protected override ValueTask PreStartAsync()
    {
        Next();
        return default;
    }

    private void OnAttach(Attach attach)
    {
        _queues[attach.Queue] = attach.Actor;
        foreach (var (id, row) in _outstanding.Where(row => row.Value.Queue == attach.Queue).ToList())
        {
            _outstanding.Remove(id);
            _outstandingBytes -= row.Bytes;
        }

        // From the beginning: its messages may have been read when there was nobody to hand them to.
        _after = 0;
        Wake();
    }

    private void OnTaken(Taken taken)
    {
        foreach (var id in taken.Ids)
        {
            if (_outstanding.Remove(id, out var row))
            {
                _outstandingBytes -= row.Bytes;
                _taken.Add(id);
            }
        }

        FlushSoon();
        Next();
    }

    private void OnReadToEnd()
    {
        _waitingForEnd.Add(Sender);
        Wake();
    }

    private void Wake()
    {
        if (_wait is not null)
        {
            _wait.Cancel();
        }
        else
        {
            Next();
        }
    }

    private void OnWoken()
    {
        _wait?.Dispose();
        _wait = null;
        _isReading = false;
        Next();
    }

    private void Next()
    {
        if (_isReading || _outstandingBytes >= MaxOutstandingBytes)
        {
            return;
        }

        _isReading = true;
        _waitingForThisRead.AddRange(_waitingForEnd);
        _waitingForEnd.Clear();
        IReadOnlyList<InboxRow> rows = [];
        var after = _after;
        var cancellationToken = Context.CancellationToken;
        Context.RunTask(
            async () => rows = await _inbox.ReadAsync(_recipient, after, MaxReadBytes, cancellationToken),
            cause => new RowsRead(after, rows, cause));
    }

    private void OnRowsRead(RowsRead read)
    {
        _isReading = false;
        if (read.Cause is not null)
        {
            Log.InboxNotRead(Logger, read.Cause.Message);
            _waitingForEnd.AddRange(_waitingForThisRead);
            _waitingForThisRead.Clear();
            Context.Timers.StartSingle(RetryRead, Read.Instance, RetryDelay);
            return;
        }

        if (read.After != _after)
        {
            _waitingForEnd.AddRange(_waitingForThisRead);
            _waitingForThisRead.Clear();
            Next(); // A queue was attached meanwhile.
            return;
        }

        foreach (var row in read.Rows)
        {
            _after = row.Id;
            Dispatch(row);
        }

        if (read.Rows.Count > 0)
        {
            Next();
            return;
        }

        foreach (var waiting in _waitingForThisRead)
        {
            waiting.Tell(EndReached.Instance, Self);
        }

        _waitingForThisRead.Clear();
        if (_waitingForEnd.Count > 0)
        {
            Next();
            return;
        }

        WaitForMore();
    }

    private void WaitForMore()
    {
        _isReading = true;
        var wait = CancellationTokenSource.CreateLinkedTokenSource(Context.CancellationToken);
        _wait = wait;
        var after = _after;

        Context.RunTask(() => _inbox.WaitAsync(_recipient, after, wait.Token), static _ => Woken.Instance);
    }

    private void Dispatch(InboxRow row)
    {
        if (_outstanding.ContainsKey(row.Id) || _taken.Contains(row.Id) || IsBeingDeleted(row.Id))
        {
            return;
        }

        InboxBody body;
        try
        {
            body = InboxBody.Parser.ParseFrom(row.Body.Span);
        }
        catch (InvalidProtocolBufferException cause)
        {
            Log.InboxRowUnreadable(Logger, row.Id, row.Sender, cause.Message);
            return;
        }

        if (_queues.TryGetValue(body.Queue, out var queue))
        {
            _outstanding.Add(row.Id, (body.Queue, row.Body.Length));
            _outstandingBytes += row.Body.Length;
            queue.Tell(new FromNode(row.Id, row.Sender, body), Self);
        }
    }

    private bool IsBeingDeleted(long id)
    {
        foreach (var deleting in _deleting)
        {
            if (deleting == id)
            {
                return true;
            }
        }

        return false;
    }

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
                await _inbox.PostAsync(messages, CancellationToken.None);
                await deleted;
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
            foreach (var posting in _underWay)
            {
                posting.Fail(cause, Self);
            }

            _underWay.RemoveAll(static posting => posting.Callers.Count > 0);
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

    /// <summary>From a queue that is ready: hand me my messages. What was handed out before and not taken is handed out again.</summary>
    public sealed record Attach(string Queue, IActorRef Actor);

    /// <summary>To a queue.</summary>
    public sealed record FromNode(long Row, long Node, InboxBody Body);

    /// <summary>From a queue: what follows from these messages is durable.</summary>
    public sealed record Taken(IReadOnlyList<long> Ids);

    /// <summary>Stores a message. The caller of an enqueue is told how it went; anything else is tried until it is stored.</summary>
    public sealed record Post(long Recipient, InboxBody Body, IActorRef? Caller = null, JobId CallerId = default);

    /// <summary>Answered when everything that was posted before has been handed out.</summary>
    public sealed record ReadToEnd : IRequest<EndReached>
    {
        public static ReadToEnd Instance { get; } = new();
    }

    public sealed record EndReached
    {
        public static EndReached Instance { get; } = new();
    }

    /// <summary>Answered when everything that was posted before is durable.</summary>
    public sealed record Sync
    {
        public static Sync Instance { get; } = new();
    }

    public sealed record Synced
    {
        public static Synced Instance { get; } = new();
    }

    private sealed record Read
    {
        public static Read Instance { get; } = new();
    }

    private sealed record RowsRead(long After, IReadOnlyList<InboxRow> Rows, Exception? Cause);

    private sealed record Woken
    {
        public static Woken Instance { get; } = new();
    }

    private sealed record Flush
    {
        public static Flush Instance { get; } = new();
    }

    private sealed record Written(Exception? NotPosted, Exception? NotDeleted);

    /// <summary>A message to be stored, and who waits for it.</summary>
    private sealed class Posting
    {
        private int _bytes;

        public Posting(Post post)
        {
            Recipient = post.Recipient;
            Body = post.Body;
            _bytes = Body.CalculateSize();
            AddCaller(post);
        }

        public long Recipient { get; }

        public InboxBody Body { get; }

        public List<(IActorRef Caller, JobId Id)> Callers { get; } = [];

        /// <summary>Many small messages of a kind become one row.</summary>
        public bool TryMerge(Post post)
        {
            if (post.Body.Queue != Body.Queue || post.Body.ContentCase != Body.ContentCase || _bytes >= MaxMergedBytes)
            {
                return false;
            }

            switch (Body.ContentCase)
            {
                case InboxBody.ContentOneofCase.Enqueue:
                    Body.Enqueue.Jobs.AddRange(post.Body.Enqueue.Jobs);
                    break;
                case InboxBody.ContentOneofCase.Ended:
                    Body.Ended.Ends.AddRange(post.Body.Ended.Ends);
                    break;
                case InboxBody.ContentOneofCase.Grants:
                    Body.Grants.Grants.AddRange(post.Body.Grants.Grants);
                    break;
                default:
                    return false;
            }

            _bytes += post.Body.CalculateSize();
            AddCaller(post);
            return true;
        }

        public void Answer(IActorRef self)
        {
            foreach (var (caller, _) in Callers)
            {
                caller.Tell(QueueMessage.Enqueued.Instance, self);
            }
        }

        public void Fail(Exception cause, IActorRef self)
        {
            foreach (var (caller, id) in Callers)
            {
                Exception told = cause is JournalOutcomeUnknownException
                    ? new JobOutcomeUnknownException(id, Body.Queue, cause)
                    : new QueueUnavailableException(Body.Queue, cause);
                caller.Tell(new Failure(told), self);
            }
        }

        private void AddCaller(Post post)
        {
            if (post.Caller is not null)
            {
                Callers.Add((post.Caller, post.CallerId));
            }
        }
    }
}
