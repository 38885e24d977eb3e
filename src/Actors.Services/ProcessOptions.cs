using Actors.Services.Processes;
using Microsoft.Extensions.Logging;

namespace Actors.Services;

/// <summary>A program that runs as a service: what is started, with what, how it is ended, and where its output goes.</summary>
/// <remarks>
/// The program must stay in the foreground: one that forks away and exits has failed, and what it left running is ended. On Linux it gets a session and
/// process group of its own, and everything in it is ended with it; elsewhere only its tree is.
/// </remarks>
public sealed record ProcessOptions
{
    /// <summary>The program: a path, or a name that is looked for in PATH. Keys <c>command</c> (with its arguments, as one text or as a list).</summary>
    public string FileName { get; set; } = "";

    /// <summary>Its arguments, passed as they are: no shell reads them.</summary>
    public IList<string> Arguments { get; set; } = [];

    /// <summary>Variables that it gets beside those of this process; null takes one away. Keys <c>environment.*</c>.</summary>
    public IDictionary<string, string?> Environment { get; set; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    /// <summary>Where it runs.</summary>
    /// <value>Default null: where this process does. It must exist at each start. Key <c>working-directory</c>.</value>
    public string? WorkingDirectory { get; set; }

    /// <summary>Whose rights it has.</summary>
    /// <value>Default null: those of this process. Another user needs root, and Linux. Key <c>user</c>.</value>
    public string? User { get; set; }

    /// <summary>What tells it to stop; all of its group get it.</summary>
    /// <value>Default <see cref="ProcessSignal.Terminate"/>. What still runs after <see cref="ServiceOptions.StopTimeout"/> is killed. Key <c>stop-signal</c>.</value>
    public ProcessSignal StopSignal { get; set; } = ProcessSignal.Terminate;

    /// <summary>How many of them run. More than one have the names <c>worker-1</c>, <c>worker-2</c> …, each a service of its own.</summary>
    /// <value>Default 1, at most 1,000. Key <c>instances</c>.</value>
    public int InstanceCount { get; set; } = 1;

    /// <summary>The exit codes that mean that it has completed; any other is a failure.</summary>
    /// <value>Default 0 only. Key <c>success-exit-codes</c>.</value>
    public IList<int> SuccessExitCodes { get; set; } = [0];

    /// <summary>The level at which its standard output is logged, line by line, as <c>Actors.Services.NAME</c>.</summary>
    /// <value>Default <see cref="LogLevel.Information"/>; <see cref="LogLevel.None"/> logs nothing. Key <c>output.level</c>.</value>
    public LogLevel OutputLevel { get; set; } = LogLevel.Information;

    /// <summary>The same for its standard error.</summary>
    /// <value>Default <see cref="LogLevel.Warning"/>. Key <c>output.error-level</c>.</value>
    public LogLevel ErrorLevel { get; set; } = LogLevel.Warning;

    /// <summary>How many lines are remembered for <see cref="GetOutput"/>, of both streams together.</summary>
    /// <value>Default 1,000, at most 100,000; and never more than a million characters. Key <c>output.lines</c>.</value>
    public int OutputLines { get; set; } = 1000;

    /// <summary>A file that gets all output as well.</summary>
    /// <value>Default null: none. With several instances, their number is put before the extension. Key <c>output.file</c>.</value>
    public string? OutputFile { get; set; }

    /// <summary>The size at which the file is renamed to <c>FILE.1</c> and begun anew.</summary>
    /// <value>Default 10 MiB, at least 1 KiB. Key <c>output.file-bytes</c>.</value>
    public long OutputFileBytes { get; set; } = 10 * 1024 * 1024;

    /// <summary>How many renamed files are kept.</summary>
    /// <value>Default 5, at most 1,000; 0 keeps none. Key <c>output.files</c>.</value>
    public int OutputFiles { get; set; } = 5;

    /// <summary>Sets program and arguments.</summary>
    public ProcessOptions Command(string fileName, params string[] arguments)
    {
        FileName = fileName;
        Arguments = [.. arguments];
        return this;
    }

    /// <summary>Sets program and arguments from one text, split at spaces; what stands in quotes stays together. Nothing else is special: no shell reads it.</summary>
    /// <exception cref="FormatException">A quote does not end.</exception>
    public ProcessOptions CommandLine(string text)
    {
        var words = CommandText.Split(text);
        FileName = words.Count == 0 ? "" : words[0];
        Arguments = [.. words.Skip(1)];
        return this;
    }

    /// <summary>Sets <see cref="InstanceCount"/>.</summary>
    public ProcessOptions Instances(int count)
    {
        InstanceCount = count;
        return this;
    }

    /// <summary>Options of their own, which change no others.</summary>
    public ProcessOptions Copy() => Of(0);

    /// <summary>The options of one of several instances.</summary>
    internal ProcessOptions Of(int instance) => this with
    {
        Arguments = [.. Arguments],
        Environment = new Dictionary<string, string?>(Environment, StringComparer.Ordinal),
        SuccessExitCodes = [.. SuccessExitCodes],
        OutputFile = OutputFile is null || instance == 0
            ? OutputFile
            : Path.Combine(Path.GetDirectoryName(OutputFile) ?? "", $"{Path.GetFileNameWithoutExtension(OutputFile)}-{instance}{Path.GetExtension(OutputFile)}"),
    };

    /// <summary>Everything that is wrong with them.</summary>
    internal IEnumerable<string> Faults()
    {
        if (string.IsNullOrWhiteSpace(FileName))
        {
            yield return "command is empty. Say which program to run.";
        }

        if (InstanceCount is < 1 or > 1000)
        {
            yield return $"instances = {InstanceCount} must be 1 to 1000.";
        }

        if (!Enum.IsDefined(StopSignal))
        {
            yield return $"stop-signal = {(int)StopSignal} is none of terminate, interrupt, hang-up, quit, user1, user2, kill.";
        }

        if (SuccessExitCodes.Count == 0 || SuccessExitCodes.Any(code => code is < 0 or > 255))
        {
            yield return "success-exit-codes must name one or more codes of 0 to 255.";
        }

        if (OutputLines is < 0 or > 100_000)
        {
            yield return $"output.lines = {OutputLines} must be 0 to 100000.";
        }

        if (OutputFileBytes < 1024)
        {
            yield return $"output.file-bytes = {OutputFileBytes} must be 1024 or more.";
        }

        if (OutputFiles is < 0 or > 1000)
        {
            yield return $"output.files = {OutputFiles} must be 0 to 1000.";
        }
    }
}

/// <summary>What a program is told by.</summary>
public enum ProcessSignal
{
    /// <summary>SIGTERM.</summary>
    Terminate = 15,

    /// <summary>SIGINT, as by Ctrl+C.</summary>
    Interrupt = 2,

    /// <summary>SIGHUP.</summary>
    HangUp = 1,

    /// <summary>SIGQUIT.</summary>
    Quit = 3,

    /// <summary>SIGUSR1.</summary>
    User1 = 10,

    /// <summary>SIGUSR2.</summary>
    User2 = 12,

    /// <summary>SIGKILL: no chance to clean up.</summary>
    Kill = 9,
}
