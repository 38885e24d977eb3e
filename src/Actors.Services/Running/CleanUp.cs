using Microsoft.Extensions.DependencyInjection;

namespace Actors.Services.Running;

/// <summary>What is to be done after the code of an incarnation has ended, and what went wrong with it. Guarded by the incarnation.</summary>
internal sealed class CleanUp
{
    public Stack<Func<CancellationToken, Task>> Hooks { get; } = new();

    /// <summary>Cancelled when the time for a stop is over.</summary>
    public CancellationTokenSource HooksCutOff { get; } = new();

    public AsyncServiceScope? Scope { get; set; }

    /// <summary>An instance that the container does not own.</summary>
    public object? Owned { get; set; }

    /// <summary>Hooks and disposals that threw.</summary>
    public List<(string What, Exception Cause)> Faults { get; } = [];

    public async Task DisposeAsync()
    {
        try
        {
            switch (Owned)
            {
                case IAsyncDisposable owned:
                    await owned.DisposeAsync();
                    break;
                case IDisposable owned:
                    owned.Dispose();
                    break;
            }
        }
        catch (Exception thrown)
        {
            Faults.Add(("disposal of the instance", thrown));
        }

        try
        {
            await (Scope?.DisposeAsync() ?? default);
        }
        catch (Exception thrown)
        {
            Faults.Add(("disposal of the container's scope", thrown));
        }
    }
}
