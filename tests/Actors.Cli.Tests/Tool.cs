using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Actors.Cli.Tests;

/// <summary>The built tool, run as a process of its own.</summary>
internal static class Tool
{
    public static string Repository { get; } = Path.GetFullPath(Path.Combine(Here(), "../.."));

    public static Ran Run(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "Actors.Cli.dll") },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.Combine(Repository, "hocon"),
        };
        foreach (var arg in args)
        {
            start.ArgumentList.Add(arg);
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException("The tool did not start.");
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit(60_000).ShouldBeTrue("The tool did not end within a minute.");
        return new Ran(process.ExitCode, output.TrimEnd(), error.GetAwaiter().GetResult().TrimEnd());
    }

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!; // A file has a folder.

    internal sealed record Ran(int ExitCode, string Output, string Error)
    {
        public JsonElement Json => JsonDocument.Parse(Output).RootElement;
    }
}

/// <summary>Files of a test, in a folder that goes with it.</summary>
internal sealed class Folder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("actors-cli").FullName;

    public string Write(string name, string text)
    {
        var path = Path.Combine(_path, name);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
