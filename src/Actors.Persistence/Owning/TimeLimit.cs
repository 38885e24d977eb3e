namespace Actors.Persistence.Owning;

/// <summary>A limit on how long a store may take to answer. A store that can be told to give up is told.</summary>
internal static class TimeLimit
{
    /// <exception cref="TimeoutException">The time is over. What was asked for may still be done.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, or the store has given up by itself.</exception>
    public static async Task<T> AnswerOfAsync<T>(
        Func<CancellationToken, Task<T>> ask, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await ask(either.Token).WaitAsync(either.Token);
        }
        catch (OperationCanceledException cause) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"There was no answer within {limit.TotalSeconds:0.###} s.", cause);
        }
    }
}
