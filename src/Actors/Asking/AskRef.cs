using Actors.Cells;
using Actors.Timing;

namespace Actors.Asking;

/// <summary>
/// The sender of one question: a reference that lives until the answer, the timeout or the end of the one who was asked. It knows which
/// actor holds the question: the one that was told last in its name, by the one that held it before.
/// </summary>
/// <remarks>
/// One object is reference and timer, because most of what a question costs is its memory. It is not reused: whoever holds it may
/// still answer when the next question is on its way, and that answer must not be taken for the next one's.
/// </remarks>
internal abstract class AskRef(ActorCell target, Type request) : TimerEntry, IActorRef
{
    /// <summary>The question was handed to more than one, or by code that no turn vouches for: nobody's end says that no answer will come.</summary>
    private static readonly object Several = new();

    /// <summary>Null before it is sent; then the <see cref="ActorCell"/> that was told, its <see cref="OpenAsks"/> once it is in them, or <see cref="Several"/>.</summary>
    private object? _holder;

    public ActorPath Path => target.System.TempPath;

    /// <summary>Whether nobody waits for an answer any more.</summary>
    public abstract bool IsOver { get; }

    protected ActorCell Target => target;

    protected Type Request => request;

    private ActorCell? Holder => OwnerOf(Volatile.Read(ref _holder));

    public abstract void Tell(object message, IActorRef? sender);

    /// <summary>Somebody tells an actor something in the name of this question. For any thread.</summary>
    public void HandTo(ActorCell recipient)
    {
        var holder = Volatile.Read(ref _holder);
        if (holder is null)
        {
            _holder = recipient; // By the one who asks, before anybody else knows of it.
            return;
        }

        var from = OwnerOf(holder);
        if (ReferenceEquals(from, recipient))
        {
            return;
        }

        if (from is null || !ReferenceEquals(from, ActorCell.Running))
        {
            Volatile.Write(ref _holder, Several);
        }
        else if (ReferenceEquals(Interlocked.CompareExchange(ref _holder, recipient, holder), holder))
        {
            (holder as OpenAsks)?.OnGone();
        }
    }

    /// <summary>Whether an actor, which has ended its turn without an answer, holds it and has not listed it yet.</summary>
    public bool IsToBeKeptBy(ActorCell holder) => !IsOver && ReferenceEquals(Volatile.Read(ref _holder), holder);

    /// <summary>Marks it as listed by its holder, so that the list is told when it is over.</summary>
    /// <returns>Whether to list it: an answer may have come meanwhile.</returns>
    public bool TryKeep(ActorCell holder, OpenAsks open) =>
        ReferenceEquals(Interlocked.CompareExchange(ref _holder, open, holder), holder) && !IsOver;

    /// <summary>Whether the list of an actor must keep it.</summary>
    public bool IsOpenIn(OpenAsks open) => !IsOver && ReferenceEquals(Volatile.Read(ref _holder), open);

    public void OnHandlerFailed(ActorCell actor, Exception cause)
    {
        if (ReferenceEquals(Holder, actor))
        {
            Fail(new AskFailedException(actor.Path, request, $"it failed on the request: {ActorException.TextOf(cause)}", cause));
        }
    }

    public void OnRestarted(ActorCell actor, Exception cause)
    {
        if (ReferenceEquals(Holder, actor))
        {
            Fail(new AskFailedException(actor.Path, request, $"it took the request and was restarted without an answer, after: {ActorException.TextOf(cause)}", cause));
        }
    }

    public void OnEnded(ActorCell actor)
    {
        if (ReferenceEquals(Holder, actor))
        {
            Fail(new ActorNotFoundException(actor.Path, request, wasTaken: true));
        }
    }

    /// <summary>A message in the name of this question was not delivered.</summary>
    public void OnUndeliverable(IActorRef recipient, DeadLetterReason reason, Exception? cause)
    {
        var holder = Volatile.Read(ref _holder);
        if (recipient is ActorCell && holder is not null && !ReferenceEquals(OwnerOf(holder), recipient))
        {
            return; // What a former holder, or one of several, does not get says nothing about an answer.
        }

        Fail(cause ?? reason switch
        {
            DeadLetterReason.MailboxFull => new AskFailedException(recipient.Path, request, "its mailbox is full."),
            DeadLetterReason.StashFull => new AskFailedException(recipient.Path, request, "its stash is full."),
            _ => new ActorNotFoundException(recipient.Path, request),
        });
    }

    public override string ToString() => Path.ToString();

    /// <summary>Ends the wait with an exception, unless it has ended before.</summary>
    protected abstract void Fail(Exception cause);

    protected void OnOver() => (Volatile.Read(ref _holder) as OpenAsks)?.OnGone();

    private static ActorCell? OwnerOf(object? holder) => holder as ActorCell ?? (holder as OpenAsks)?.Owner;
}

/// <summary>The half of an <see cref="AskRef"/> that knows what answers it.</summary>
internal sealed class AskRef<TReply>(ActorCell target, Type request, TimeSpan timeout) : AskRef(target, request)
{
    private readonly TaskCompletionSource<TReply> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // A registration, boxed, because few questions have a token.
    private object? _cancellation;

    public override bool IsOver => _reply.Task.IsCompleted;

    public Task<TReply> Reply => _reply.Task;

    public void Arm(CancellationToken cancellationToken)
    {
        if (timeout != Timeout.InfiniteTimeSpan)
        {
            Target.System.Timers.Schedule(this, timeout);
        }

        if (cancellationToken.CanBeCanceled)
        {
            _cancellation = cancellationToken.UnsafeRegister(
                static (state, token) => ((AskRef<TReply>)state!).OnCancelled(token), this);
        }
    }

    public override void Tell(object message, IActorRef? sender)
    {
        ArgumentNullException.ThrowIfNull(message);
        var isFirst = message switch
        {
            Failure failure when typeof(TReply) != typeof(Failure) => _reply.TrySetException(failure.Cause),
            TReply reply => _reply.TrySetResult(reply),
            _ => _reply.TrySetException(new UnexpectedReplyException(Target.Path, Request, typeof(TReply), message)),
        };
        if (isFirst)
        {
            Finish();
        }
        else
        {
            Target.System.PublishDeadLetter(message, sender, this, DeadLetterReason.AskEnded);
        }
    }

    public override void Fire() => Fail(new AskTimeoutException(Target.Path, Request, timeout));

    public override void Drop() => Fail(new ActorNotFoundException(Target.Path, Request));

    protected override void Fail(Exception cause)
    {
        if (_reply.TrySetException(cause))
        {
            Finish();
        }
    }

    private void OnCancelled(CancellationToken token)
    {
        if (_reply.TrySetCanceled(token))
        {
            Finish();
        }
    }

    private void Finish()
    {
        if (timeout != Timeout.InfiniteTimeSpan)
        {
            Target.System.Timers.Cancel(this);
        }

        (_cancellation as IDisposable)?.Dispose();
        OnOver();
    }
}
