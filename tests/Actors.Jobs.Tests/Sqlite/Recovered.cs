namespace Actors.Jobs.Tests.Sqlite;

/// <summary>A queue answers when it is recovered, which may take longer than a question does on a busy machine.</summary>
internal static class Recovered
{
    public static async Task<QueueStatus> QueueAsync(IJobs jobs, string queue = "default")
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await jobs.GetQueueAsync(queue);
            }
            catch (AskTimeoutException) when (tries < 20)
            {
            }
        }
    }
}
