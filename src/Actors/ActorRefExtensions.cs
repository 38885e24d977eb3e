using Actors.Asking;
using Actors.Cells;

namespace Actors;

/// <summary>Telling and asking.</summary>
public static class ActorRefExtensions
{
    /// <summary>Sends a message that names no sender.</summary>
    public static void Tell(this IActorRef actor, object message)
    {
        ArgumentNullException.ThrowIfNull(actor);
        actor.Tell(message, null);
    }

    /// <summary>Sends a message on behalf of the current message's sender.</summary>
    public static void Forward(this IActorRef actor, object message, IActorContext context)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(context);
        actor.Tell(message, context.Sender);
    }

    /// <summary>Asks a question and waits for its answer.</summary>
    /// <param name="actor">Whom to ask.</param>
    /// <param name="request">The question; its type says what answers it.</param>
    /// <param name="timeout">How long to wait; null means <see cref="ActorSystemOptions.AskTimeout"/>, <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="AskTimeoutException">There was no answer in time.</exception>
    /// <exception cref="ActorNotFoundException">The actor has ended, or ended before it took the request. Known at once, not after the timeout.</exception>
    /// <exception cref="UnexpectedReplyException">The answer has another type.</exception>
    /// <remarks>When the answer is a <see cref="Failure"/>, its cause is thrown. Within an actor, do not await an answer that needs this actor to go on.</remarks>
    public static Task<TReply> AskAsync<TReply>(
        this IActorRef actor, IRequest<TReply> request, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(request);
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<TReply>(cancellationToken);
        }

        if (actor is not ActorCell cell)
        {
            throw new ArgumentException($"'{actor.Path}' cannot be asked: it is not an actor.", nameof(actor));
        }

        var wait = timeout ?? cell.System.AskTimeout;
        if (wait != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(wait, TimeSpan.Zero, nameof(timeout));
        }

        var ask = new AskRef<TReply>(cell, request.GetType(), wait);
        ask.Arm(cancellationToken);
        if (request is GetChildren children)
        {
            cell.TellSystem(new SystemMessage.DescribeChildren(children, ask));
        }
        else
        {
            cell.Tell(request, ask);
        }

        return ask.Reply;
    }

    /// <summary>Sends the result of a task to an actor, or a <see cref="Failure"/> when the task fails.</summary>
    public static void PipeTo<T>(this Task<T> task, IActorRef recipient, IActorRef? sender = null)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(recipient);
        task.ContinueWith(
            ended => recipient.Tell(
                ended.IsCompletedSuccessfully
                    ? ended.Result
                    : new Failure(ended.Exception?.InnerException ?? new TaskCanceledException(ended)),
                sender),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }
}
