using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Actors.Hosting.Tests.Ending;

/// <summary>The <see cref="Shop"/> in a process of its own.</summary>
internal sealed class ShopProcess : IAsyncDisposable
{
    private const int Terminate = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = [];
    private readonly ConcurrentQueue<string> _errors = [];

    public ShopProcess(string settings, params (string Name, string Value)[] environment)
    {
        Folder = Directory.CreateTempSubdirectory("shop-").FullName;
        var file = Path.Combine(Folder, "shop.conf");
        File.WriteAllText(file, settings);
        var start = new ProcessStartInfo(Environment.ProcessPath!, Shop.Arguments(file)) // A process has a path.
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Folder,
        };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Insert(0, typeof(Shop).Assembly.Location);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _errors.Enqueue(line.Data ?? "");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Folder { get; }

    public int Id => _process.Id;

    public string Output => string.Join('\n', _output);

    public string Errors => string.Join('\n', _errors).Trim();

    public static async Task<(int ExitCode, string Errors)> RunAsync(string settings)
    {
        await using var shop = new ShopProcess(settings);
        var exitCode = await shop.ExitAsync();
        return (exitCode, shop.Errors);
    }

    /// <summary>Until the log has this.</summary>
    public Task LogsAsync(string text) => TestHost.UntilAsync(
        () => _process.HasExited && !Output.Contains(text, StringComparison.Ordinal)
            ? throw new InvalidOperationException($"It ended before it logged '{text}':\n{Output}\n{Errors}")
            : Task.FromResult(Output.Contains(text, StringComparison.Ordinal)),
        $"it logs '{text}'");

    public async Task<int> StopAsync()
    {
        Signal(_process.Id, Terminate).ShouldBe(0);
        return await ExitAsync();
    }

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public async Task<int> ExitAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Signal(int process, int signal);
}
