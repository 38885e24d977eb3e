using Actors.Jobs.Protos;
using Google.Protobuf;

namespace Actors.Jobs.Processes;

/// <summary>What has arrived: read in order, and handed to the queue that it is about.</summary>
internal sealed partial class InboxActor
{
    private const int MaxReadBytes = 1024 * 1024;
    private const int MaxOutstandingBytes = 8 * 1024 * 1024;
    private static readonly object RetryRead = new();

    private readonly Dictionary<string, Attach> _queues = new(StringComparer.Ordinal);
    private readonly Dictionary<long, (string Queue, int Bytes)> _outstanding = [];
    private readonly List<IActorRef> _waitingForEnd = [];
    private readonly List<IActorRef> _waitingForThisRead = [];
    private CancellationTokenSource? _wait;
    private long _after;
    private long _outstandingBytes;
    private bool _isReading;

    private void OnAttach(Attach attach)
    {
        _queues[attach.Queue] = attach;
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
            queue.Actor.Tell(new FromNode(row.Id, row.Sender, body, queue.Attachment), Self);
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
}
