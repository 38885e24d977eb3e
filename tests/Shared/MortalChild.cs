using System.Diagnostics;

namespace Actors.Tests;

/// <summary>A process that a test starts, to be killed: it ends with its parent, however that ends. The pipe to its standard input breaks when the parent is gone.</summary>
internal static class MortalChild
{
    /// <summary>Starts it. Its standard input belongs to this.</summary>
    public static Process Start(ProcessStartInfo start)
    {
        start.RedirectStandardInput = true;
        return Process.Start(start)!; // Not null: it does not use the shell.
    }

    /// <summary>In the child, first of all.</summary>
    public static void EndWithParent() => new Thread(static () =>
    {
        using var input = Console.OpenStandardInput();
        while (input.Read(new byte[1]) > 0)
        {
        }

        Process.GetCurrentProcess().Kill();
    })
    { IsBackground = true, Name = "end-with-parent" }.Start();
}
