namespace Actors.Jobs.Tests;

internal static class Expect
{
    /// <summary>As Shouldly's ThrowAsync, but without its detour over the thread pool, where a seed decides nothing.</summary>
    public static async Task<TException> ThrowsAsync<TException>(Func<Task> act)
        where TException : Exception
    {
        try
        {
            await act();
        }
        catch (TException expected)
        {
            return expected;
        }

        throw new ShouldAssertException($"Expected {typeof(TException).Name}, but nothing was thrown.");
    }
}
