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
    /// <exception cref="ActorNotFoundException">The actor has ended, before it took the request or before it answered. Known at once, not after the timeout.</exception>
    /// <exception cref="AskFailedException">The actor failed on the request, or was restarted before it answered. Known at once.</exception>
    /// <exception cref="MessageQuarantinedException">The actor has failed too often on this request and is not given it any more. Known at once.</exception>
    /// <exception cref="UnexpectedReplyException">The answer has another type.</exception>
    /// <exception cref="ActorAwaitsItselfException">An actor asks itself in its own handler.</exception>
    /// <remarks>
    /// When the answer is a <see cref="Failure"/>, its cause is thrown. An actor that passes the request on, with the sender, passes on the
    /// duty to answer: then the end or restart of that other actor ends the wait. When it passes it to several, only the timeout does.
    /// Two actors that await each other's answers wait for the timeout.
    /// </remarks>
    public static Task<TReply> AskAsync<TReply>(
        this IActorRef actor, IRequest<TReply> request, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(request);
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<TReply>(cancellationToken);
        }

        if ((actor as ActorRef)?.Asked is not { } cell)
        {
            throw new ArgumentException($"'{actor.Path}' cannot be asked: it is not an actor.", nameof(actor));
        }

        var wait = timeout ?? cell.System.AskTimeout;
        if (wait != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(wait, TimeSpan.Zero, nameof(timeout));
        }

        if (ReferenceEquals(ActorCell.Running, cell) && request is not GetChildren)
        {
            return Task.FromException<TReply>(new ActorAwaitsItselfException(
                cell.Path, $"it asks itself for {request.GetType().Name}", "Call the code directly, or tell Self and go on when the message comes."));
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

    /// <summary>Tells an actor to stop and waits until it has.</summary>
    /// <param name="actor">The actor. One that is restarted when it ends (<see cref="RestartType.Permanent"/>) comes back under the same path.</param>
    /// <param name="timeout">How long to wait; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="message">What tells it to stop; null means <see cref="PoisonPill"/>, which lets it handle what it was sent before.</param>
    /// <param name="cancellationToken">Ends the wait, but not the stop.</param>
    /// <returns>Whether it has ended in time. An actor that had ended before counts as ended.</returns>
    /// <exception cref="ActorAwaitsItselfException">An actor stops itself, or one of those above it, and would wait for that in its own handler.</exception>
    public static Task<bool> GracefulStopAsync(
        this IActorRef actor, TimeSpan timeout, object? message = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (timeout != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        }

        if (actor is not ActorCell cell)
        {
            throw new ArgumentException($"'{actor.Path}' is not an actor that can end, so it cannot be stopped.", nameof(actor));
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<bool>(cancellationToken);
        }

        if (ActorCell.Running is { } running && running.IsWithin(cell))
        {
            return Task.FromException<bool>(new ActorAwaitsItselfException(
                running.Path, $"it waits for '{cell.Path}' to end, which ends after it", "Use Context.Stop(Self), or send a PoisonPill, and return."));
        }

        var stop = new StopWait(cell);
        stop.Begin(message ?? PoisonPill.Instance, timeout, cancellationToken);
        return stop.HasEnded;
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
