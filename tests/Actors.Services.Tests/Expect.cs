namespace Actors.Services.Tests;

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
}
