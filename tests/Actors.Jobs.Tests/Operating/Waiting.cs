using Actors.TestKit;

namespace Actors.Jobs.Tests.Operating;

internal static class Waiting
{
    /// <summary>What a task returns that needs the clock to move.</summary>
    public static async Task<T> ResultAsync<T>(this TestSystem system, Task<T> task)
    {
        await system.WhenAsync(task);
        return await task;
    }
}
