using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Actors.Cli.Tests.Running;

/// <summary><c>actors up</c> in a process of its own, and the tool that speaks to it; in a folder where nobody else's sockets are.</summary>
internal sealed class Crew : IAsyncDisposable
{
    private const int Terminate = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<Up> _ups = [];

    public string Folder { get; } = Directory.CreateTempSubdirectory("crew-").FullName;

    public string Write(string settings, string name = "crew.conf")
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllText(path, settings);
        return path;
    }

    /// <summary>Starts it and waits until it answers.</summary>
    public async Task<Up> UpAsync(string settings, string name = "crew.conf")
    {
        var up = new Up(Start("up", Write(settings, name)));
        _ups.Add(up);
        await UntilAsync(() => up.Process.HasExited ? throw new InvalidOperationException($"It did not start:\n{up.Output}") : up.Output.Contains("has started"), "it has started");
        return up;
    }

    /// <summary>Runs the tool to its end.</summary>
    public async Task<Ran> RunAsync(params string[] args)
    {
        using var process = Start(args);
        using var patience = new CancellationTokenSource(Patience);
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var errors = process.StandardError.ReadToEndAsync(patience.Token);
        try
        {
            await process.WaitForExitAsync(patience.Token);
            return new Ran(process.ExitCode, (await output).TrimEnd(), (await errors).TrimEnd());
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    /// <summary>Asks until the answer is this.</summary>
    public async Task<Ran> RunUntilAsync(Func<Ran, bool> isSo, params string[] args)
    {
        Ran? ran = null;
        await UntilAsync(async () => isSo(ran = await RunAsync(args)), () => $"'{string.Join(' ', args)}' says so, and not:\n{ran}");
        return ran!; // It ran at least once.
    }

    public static Task UntilAsync(Func<bool> isSo, string what) => UntilAsync(() => Task.FromResult(isSo()), () => what);

    public static bool IsAlive(int process) => Stat(process) is { } stat && !stat.Contains(") Z", StringComparison.Ordinal);

    /// <summary>All processes that have this one above them.</summary>
    public static IReadOnlyList<int> Below(int process)
    {
        var parents = Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _)).Select(name => int.Parse(name!)) // It is a number.
            .Select(id => (Id: id, Parent: ParentOf(id))).ToLookup(pair => pair.Parent, pair => pair.Id);
        List<int> below = [];
        Queue<int> open = new([process]);
        while (open.TryDequeue(out var parent))
        {
            below.AddRange(parents[parent]);
            foreach (var child in parents[parent])
            {
                open.Enqueue(child);
            }
        }

        return below;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var up in _ups)
        {
            if (!up.Process.HasExited)
            {
                up.Signal(Terminate);
                using var patience = new CancellationTokenSource(Patience);
                await up.Process.WaitForExitAsync(patience.Token);
            }

            up.Process.Dispose();
        }

        Directory.Delete(Folder, recursive: true);
    }

    private static int ParentOf(int process) => Stat(process) is { } stat ? int.Parse(stat.Split(") ")[^1].Split(' ')[1]) : 0;

    /// <returns>Null for a process that is gone: it may go while its file is open, too.</returns>
    private static string? Stat(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/stat");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo, Func<string> what)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await isSo())
        {
            patience.IsCancellationRequested.ShouldBeFalse($"Waited {Patience.TotalSeconds} s in vain until {what()}.");
            await Task.Delay(20);
        }
    }

    private Process Start(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Actors.Cli.dll"), .. args])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Folder,
        };
        start.Environment["XDG_RUNTIME_DIR"] = Folder;
        start.Environment.Remove("ACTORS_SOCKET");
        start.Environment.Remove("JOURNAL_STREAM");
        return Process.Start(start) ?? throw new InvalidOperationException("The tool did not start.");
    }

    internal sealed class Up
    {
        private readonly ConcurrentQueue<string> _lines = [];

        public Up(Process process)
        {
            Process = process;
            process.OutputDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
            process.ErrorDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }

        public Process Process { get; }

        public string Output => string.Join('\n', _lines);

        public void Signal(int signal) => Kill(Process.Id, signal).ShouldBe(0);

        public async Task<int> StopAsync()
        {
            Signal(Terminate);
            return await ExitAsync();
        }

        public async Task<int> ExitAsync()
        {
            using var patience = new CancellationTokenSource(Patience);
            await Process.WaitForExitAsync(patience.Token);
            return Process.ExitCode;
        }

        [DllImport("libc", EntryPoint = "kill")]
        private static extern int Kill(int process, int signal);
    }

    internal sealed record Ran(int ExitCode, string Output, string Errors)
    {
        public JsonElement Json => JsonDocument.Parse(Output).RootElement;

        public override string ToString() => $"exit code {ExitCode}\n{Output}\n{Errors}";
    }
}
