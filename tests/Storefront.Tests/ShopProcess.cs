using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Storefront.Tests;

/// <summary>The real program in a process of its own.</summary>
public sealed class ShopProcess : IAsyncDisposable
{
    private const int Terminate = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = [];
    private readonly ConcurrentQueue<string> _errors = [];
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ShopProcess(ShopFolder folder, IEnumerable<string> settings)
    {
        var start = new ProcessStartInfo("dotnet", [System.IO.Path.Combine(ShopFolder.Program, "Storefront.dll"), "--contentRoot", folder.Path, .. settings])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder.Path,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("ASPNETCORE_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => OnLine(line.Data);
        _process.ErrorDataReceived += (_, line) => _errors.Enqueue(line.Data ?? "");
        _process.Exited += (_, _) => _listening.TrySetException(new InvalidOperationException("The shop ended before it listened."));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public ShopClient Client { get; private set; } = null!; // Set by the only way to get an instance that is used.

    public string Output => string.Join('\n', _output);

    public string Errors => string.Join('\n', _errors).Trim();

    /// <summary>Starts it and waits until it takes requests.</summary>
    public static async Task<ShopProcess> StartAsync(ShopFolder folder, params string[] settings)
    {
        var shop = new ShopProcess(folder, ["--urls", "http://127.0.0.1:0", .. settings]);
        try
        {
            shop.Client = new ShopClient(await shop._listening.Task.WaitAsync(Patience));
            return shop;
        }
        catch (Exception fault) when (fault is TimeoutException or InvalidOperationException)
        {
            shop.Kill();
            throw new InvalidOperationException($"The shop did not start:\n{shop.Output}\n{shop.Errors}", fault);
        }
    }

    /// <summary>Runs it until it ends by itself.</summary>
    public static async Task<(int ExitCode, string Errors)> RunAsync(ShopFolder folder, params string[] settings)
    {
        await using var shop = new ShopProcess(folder, ["--urls", "http://127.0.0.1:0", .. settings]);
        var exitCode = await shop.ExitAsync();
        return (exitCode, shop.Errors);
    }

    /// <summary>As kill -9 does.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>As systemd and Docker do.</summary>
    public async Task<int> StopAsync()
    {
        Signal(_process.Id, Terminate).ShouldBe(0);
        return await ExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<int> ExitAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    private void OnLine(string? line)
    {
        const string Listening = "Now listening on: ";
        _output.Enqueue(line ?? "");
        if (line is not null && line.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and var at)
        {
            _listening.TrySetResult(new Uri(line[(at + Listening.Length)..]));
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Signal(int process, int signal);
}
