using System.ComponentModel;
using System.Diagnostics;

namespace Actors.Services.Processes;

/// <summary>A program of the operating system as the code of a service: one run of it, and the end of everything that it started.</summary>
internal sealed class ProgramService(ProcessOptions options) : IService
{
    private const int KillSignal = 9;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    /// <summary>What a program that has exited may still have running for a moment, such as the other half of a pipe.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromMilliseconds(500);

    public async Task RunAsync(ServiceContext context, CancellationToken cancellationToken)
    {
        var mark = new ProcessMark(context.System.Name, context.Name);
        EndLeftBehind(context, mark);
        using var process = await StartAsync(context, mark);
        using var pump = new OutputPump(context, options);
        var output = Task.WhenAll(
            pump.RunAsync(process.StandardOutput.BaseStream, isError: false), pump.RunAsync(process.StandardError.BaseStream, isError: true));
        context.Report($"pid {process.Id}");
        context.Ready();
        var ended = process.WaitForExitAsync(CancellationToken.None);
        IReadOnlyList<(int Pid, string Name)> left = [];
        try
        {
            await ended.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            if (ended.IsCompleted)
            {
                left = await LeftAsync(context, process.Id, mark);
            }
            else
            {
                await StopAsync(context, process, ended);
            }
        }
        finally
        {
            Kill(process, mark);
            await ended;
            await CloseAsync(context, process, output);
        }

        if (!cancellationToken.IsCancellationRequested)
        {
            ThrowUnlessCompleted(context, process.ExitCode, left);
        }
    }

    private static void EndLeftBehind(ServiceContext context, ProcessMark mark)
    {
        var left = mark.LeftBehind();
        foreach (var (pid, _) in left)
        {
            Unix.Signal(pid, KillSignal);
        }

        if (left.Count > 0)
        {
            Log.EndedLeftBehind(context.Logger, context.Name, left.Count, Names(left));
        }
    }

    private async Task<Process> StartAsync(ServiceContext context, ProcessMark mark)
    {
        if (options.WorkingDirectory is { } folder && !Directory.Exists(folder))
        {
            throw new ProcessStartException(
                context.Name, $"The working directory {folder} of service '{context.Name}' does not exist. Make it, or correct working-directory.");
        }

        var info = new ProcessStartInfo
        {
            WorkingDirectory = options.WorkingDirectory ?? "",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var word in Command(context.Name))
        {
            info.ArgumentList.Add(word);
        }

        info.FileName = info.ArgumentList[0];
        info.ArgumentList.RemoveAt(0);
        foreach (var (name, value) in options.Environment)
        {
            info.Environment[name] = value;
        }

        mark.Put(info.Environment);
        try
        {
            var process = await Starter.StartAsync(info);
            process.StandardInput.Close();
            return process;
        }
        catch (Exception fault) when (fault is Win32Exception or IOException)
        {
            throw new ProcessStartException(context.Name, $"The program of service '{context.Name}' cannot be started: {fault.Message}.");
        }
    }

    /// <summary>
    /// <c>setsid setpriv --pdeathsig TERM program …</c>: each becomes the next, so that the process that we know is the program itself, the first of a session
    /// and group of its own, and told by the kernel when we die. Where one of the two is missing, so is what it does.
    /// </summary>
    private List<string> Command(string service)
    {
        var program = Executable.Find(service, options.FileName, options.WorkingDirectory);
        List<string> words = [];
        var setpriv = OperatingSystem.IsLinux() ? Setpriv() : null;
        if (OperatingSystem.IsLinux() && Executable.Optional("setsid") is { } setsid)
        {
            words.Add(setsid);
        }

        if (setpriv is not null)
        {
            words.AddRange([setpriv, "--pdeathsig", SignalName((int)options.StopSignal)!]); // Each of ours has a name.
            if (options.User is { } user)
            {
                words.AddRange(["--reuid", user, "--regid", GroupOf(service, user), "--init-groups"]);
            }

            words.Add("--");
        }
        else if (options.User is not null)
        {
            throw new ProcessStartException(service, $"user = {options.User} needs Linux with setpriv of util-linux (apt-get install util-linux, apk add setpriv).");
        }

        words.Add(program);
        words.AddRange(options.Arguments);
        return words;
    }

    /// <summary>That of util-linux: the one of BusyBox (Alpine) has the name and none of the options.</summary>
    private static string? Setpriv() =>
        Executable.Optional("setpriv") is { } path && Path.GetFileName(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path) != "busybox" ? path : null;

    private static string GroupOf(string service, string user)
    {
        foreach (var line in File.ReadLines("/etc/passwd"))
        {
            if (line.Split(':') is { Length: > 3 } fields && fields[0] == user)
            {
                return fields[3];
            }
        }

        throw new ProcessStartException(service, $"There is no user '{user}' on this machine. Correct user of service '{service}', or add it with: adduser --system {user}");
    }

    private async Task StopAsync(ServiceContext context, Process process, Task ended)
    {
        if (OperatingSystem.IsWindows())
        {
            process.Kill(entireProcessTree: true);
            return;
        }

        Unix.SignalGroup(process, (int)options.StopSignal);
        if (!await IsGoneAsync(context, process.Id, ended, context.StopTimeout))
        {
            Log.Killed(context.Logger, context.Name, process.Id, context.StopTimeout.TotalMilliseconds, $"SIG{SignalName((int)options.StopSignal)}");
        }
    }

    /// <summary>Waits until the program and all of its group have ended, at most for the limit.</summary>
    private static async Task<bool> IsGoneAsync(ServiceContext context, int group, Task ended, TimeSpan limit)
    {
        var time = context.TimeProvider;
        var since = time.GetTimestamp();
        await ended.WaitAsync(limit, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        while (!ended.IsCompleted || Unix.IsGroupAlive(group))
        {
            if (limit != Timeout.InfiniteTimeSpan && time.GetElapsedTime(since) >= limit)
            {
                return false;
            }

            await Task.Delay(Poll, time, CancellationToken.None);
        }

        return true;
    }

    /// <summary>What a program that has exited by itself left running.</summary>
    private static async Task<IReadOnlyList<(int Pid, string Name)>> LeftAsync(ServiceContext context, int group, ProcessMark mark)
    {
        if (OperatingSystem.IsWindows())
        {
            return [];
        }

        if (Unix.IsGroupAlive(group) || mark.Ours().Count > 0)
        {
            await IsGoneAsync(context, group, Task.CompletedTask, Aftermath);
        }

        return mark.Ours();
    }

    /// <summary>Nothing of this run outlives it: what stayed in the group, and what left it but carries our mark.</summary>
    private static void Kill(Process process, ProcessMark mark)
    {
        if (OperatingSystem.IsWindows())
        {
            process.Kill(entireProcessTree: true);
            return;
        }

        if (!process.HasExited || Unix.IsGroupAlive(process.Id))
        {
            Unix.SignalGroup(process, KillSignal);
        }

        foreach (var (pid, _) in mark.Ours())
        {
            Unix.Signal(pid, KillSignal);
        }

        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true); // Where there is no group of its own.
        }
    }

    /// <summary>Everything that it printed is read before its end is told, unless something that got away holds the pipe open.</summary>
    private static async Task CloseAsync(ServiceContext context, Process process, Task output)
    {
        await output.WaitAsync(Aftermath, context.TimeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (!output.IsCompleted)
        {
            process.StandardOutput.Dispose();
            process.StandardError.Dispose();
        }
    }

    private void ThrowUnlessCompleted(ServiceContext context, int exitCode, IReadOnlyList<(int Pid, string Name)> left)
    {
        var words = context.Output?.LastWords() is { } last ? $" Its last words: {last.Text}" : "";
        if (!options.SuccessExitCodes.Contains(exitCode))
        {
            throw new ProcessExitedException(context.Name, exitCode, $"{options.FileName} {Ended(exitCode)}.{words}");
        }

        if (left.Count > 0)
        {
            throw new ProcessForkedException(
                context.Name,
                $"{options.FileName} exited with code {exitCode} and left {Names(left)} running, which {(left.Count == 1 ? "was" : "were")} ended. A supervised program " +
                $"must stay in the foreground: look for an option such as --foreground or --nodaemon.");
        }
    }

    private static string Ended(int exitCode) => exitCode > 128 && SignalName(exitCode - 128) is { } signal
        ? $"was ended by signal SIG{signal}"
        : $"exited with code {exitCode}";

    private static string? SignalName(int signal) => signal switch
    {
        1 => "HUP",
        2 => "INT",
        3 => "QUIT",
        4 => "ILL",
        6 => "ABRT",
        7 => "BUS",
        8 => "FPE",
        9 => "KILL",
        10 => "USR1",
        11 => "SEGV",
        12 => "USR2",
        13 => "PIPE",
        14 => "ALRM",
        15 => "TERM",
        _ => null,
    };

    private static string Names(IReadOnlyList<(int Pid, string Name)> processes) =>
        string.Join(", ", processes.Take(5).Select(process => $"{process.Name} (pid {process.Pid})")) + (processes.Count > 5 ? $" and {processes.Count - 5} more" : "");
}
