namespace Actors.Sql.Sqlite;

/// <summary>Work that blocks for long, on a thread of its own.</summary>
internal static class Work
{
    public static Task<TResult> OnThreadAsync<TResult>(string role, Func<TResult> work)
    {
        var result = new TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                result.SetResult(work());
            }
            catch (OperationCanceledException e)
            {
                result.SetCanceled(e.CancellationToken);
            }
            catch (Exception e)
            {
                result.SetException(e);
            }
        })
        {
            IsBackground = true,
            Name = $"actors-store-{role}",
        }.Start();
        return result.Task;
    }
}
