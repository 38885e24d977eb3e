namespace Actors.Sql.Sqlite;

/// <summary>Something to do on a thread that owns a connection.</summary>
internal abstract class Operation<TSession>
{
    private const int Queued = 0;
    private const int Taken = 1;
    private const int Cancelled = 2;

    private int _state;
    private CancellationTokenRegistration _registration;

    /// <summary>Claims the operation for execution.</summary>
    /// <returns>False when its caller has given up: it must not run then.</returns>
    public bool TryTake() => Interlocked.CompareExchange(ref _state, Taken, Queued) == Queued;

    /// <summary>Lets the caller give up until the operation is taken. Later it is too late: the caller must learn the outcome.</summary>
    public void CancelWith(CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled)
        {
            return;
        }

        _registration = cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                var operation = (Operation<TSession>)state!;   // it is what was passed below
                if (Interlocked.CompareExchange(ref operation._state, Cancelled, Queued) == Queued)
                {
                    operation.Cancel(token);
                }
            },
            this);
    }

    /// <summary>Does the work. Its result is kept until <see cref="Complete"/>.</summary>
    public abstract void Run(TSession session);

    public virtual void Complete() => _registration.Unregister();

    public virtual void Fail(Exception exception) => _registration.Unregister();

    protected abstract void Cancel(CancellationToken cancellationToken);
}

/// <summary>An operation that answers with a result.</summary>
/// <param name="isAnsweredInline">
/// Whether what follows may begin on the thread that did the work. That saves the time in which another thread wakes up; for callers that only pass the answer on.
/// </param>
internal abstract class Operation<TSession, TResult>(bool isAnsweredInline = false) : Operation<TSession>
{
    private readonly TaskCompletionSource<TResult> _completion =
        new(isAnsweredInline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<TResult> Task => _completion.Task;

    protected TResult? Result { get; set; }

    public override void Complete()
    {
        base.Complete();
        _completion.SetResult(Result!);   // Run has set it; TResult itself says whether it may be null
    }

    public override void Fail(Exception exception)
    {
        base.Fail(exception);
        _completion.SetException(exception);
    }

    protected override void Cancel(CancellationToken cancellationToken) => _completion.TrySetCanceled(cancellationToken);
}

/// <summary>An operation whose work is a function.</summary>
internal sealed class Call<TSession, TResult>(Func<TSession, TResult> work) : Operation<TSession, TResult>
{
    public override void Run(TSession session) => Result = work(session);
}
