using Actors.Services;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Actors.Cli.Running;

/// <summary>The log of <c>actors up</c>: one line each, for those who run programs. What a program prints comes under its name.</summary>
internal sealed class OperatorLog(IOptions<OperatorLogOptions> options) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "operator";
    private const string Services = "Actors.Services.";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        // systemd's journal has the time, and reads the level from the beginning of the line.
        textWriter.Write(options.Value.IsForJournal
            ? Priority(logEntry.LogLevel)
            : $"{options.Value.Time.GetUtcNow().UtcDateTime:yyyy-MM-dd HH:mm:ss.fff'Z'} {Word(logEntry.LogLevel)} ");
        if (logEntry.Category.StartsWith(Services, StringComparison.Ordinal))
        {
            textWriter.Write(logEntry.Category[Services.Length..]);
            textWriter.Write(": ");
        }

        textWriter.Write(logEntry.Formatter(logEntry.State, logEntry.Exception).ReplaceLineEndings(" "));

        // Of a program that failed the line has said everything; our own stack explains nothing.
        if (logEntry.Exception is { } cause and not ServiceException)
        {
            textWriter.Write(' ');
            textWriter.Write(cause.ToString().ReplaceLineEndings(" "));
        }

        textWriter.WriteLine();
    }

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info ",
        LogLevel.Warning => "warn ",
        LogLevel.Error => "ERROR",
        _ => "FATAL",
    };

    private static string Priority(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "<7>",
        LogLevel.Information => "<6>",
        LogLevel.Warning => "<4>",
        LogLevel.Error => "<3>",
        _ => "<2>",
    };
}

/// <summary>Where the lines go, and whose clock they have.</summary>
internal sealed class OperatorLogOptions : ConsoleFormatterOptions
{
    public bool IsForJournal { get; set; }

    public TimeProvider Time { get; set; } = TimeProvider.System;
}
