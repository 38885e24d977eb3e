using System.Diagnostics;

namespace Actors.Sql.Tests;

/// <summary>Commands of the operating system that need rights which a test may not have.</summary>
internal static class Shell
{
    /// <returns>Whether the command exists and succeeded.</returns>
    public static async Task<bool> TryAsync(string command, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true, RedirectStandardOutput = true });
            await process!.WaitForExitAsync();   // not null: it does not use the shell
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
