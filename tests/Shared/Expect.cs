using Actors.TestKit;

namespace Actors.Tests;

internal static class Expect
{
    /// <summary>As Shouldly's ThrowAsync, but without its detour over the thread pool, where a seed decides nothing.</summary>
    public static async Task<TException> ThrowsAsync<TException>(Task task)
        where TException : Exception
    {
        try
        {
            await task;
        }
        catch (TException expected)
        {
            return expected;
        }

        throw new ShouldAssertException($"Expected {typeof(TException).Name}, but nothing was thrown.");
    }

    /// <summary>The same for what may throw before there is a task.</summary>
    public static Task<TException> ThrowsAsync<TException>(Func<Task> action)
        where TException : Exception
    {
        return ThrowsAsync<TException>(RunAsync());

        async Task RunAsync() => await action();
    }

    /// <summary>Lets all work run out, without moving the clock, and expects that the task has failed by then.</summary>
    public static async Task<TException> ThrowsNowAsync<TException>(this TestSystem system, Task task)
        where TException : Exception
    {
        await system.DrainAsync();
        task.IsCompleted.ShouldBeTrue($"Expected {typeof(TException).Name} at once, but the task still waits.");
        return await ThrowsAsync<TException>(task);
    }
}
