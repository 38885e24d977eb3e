using System.CommandLine;
using System.Text;
using Actors.Hocon;
using Actors.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Actors.Cli.Running;

/// <summary><c>actors up</c>: runs the services that a file declares, in the foreground, until it is told to stop.</summary>
internal static class UpCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "The settings: HOCON, with the programs to run in actors.processes." };
        var name = new Option<string?>("--name") { Description = "The name of the whole, in the log and for --socket. Without one, that of the file.", HelpName = "NAME" };
        var socket = new Option<string?>("--socket", "-s") { Description = "The path of the socket for commands; actors.management.socket in the file overrides it.", HelpName = "PATH" };
        var command = new Command("up", "Runs the programs that a file declares, in the foreground, until SIGTERM, SIGINT or 'actors shutdown'.") { file, name, socket };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetRequiredValue(file), parsed.GetValue(name), parsed.GetValue(socket), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string file, string? name, string? socket, CancellationToken cancellationToken)
    {
        // From here on a fault is told in words, and ends the process with its code.
        ActorsExitCode.ReportUnhandledFaults();
        var path = Path.GetFullPath(file);
        if (!File.Exists(path))
        {
            Console.Error.WriteLine($"There is no file '{file}'.");
            return ActorsExitCode.BadConfiguration;
        }

        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = Path.GetDirectoryName(path) });
        builder.Configuration.AddHoconFile(path);
        AddLog(builder.Logging, builder.Configuration);
        builder.Services.AddActors(name ?? NameOf(path), actors => actors.UseManagementSocket(socket is null ? null : Path.GetFullPath(socket)));
        using var host = builder.Build();
        await host.RunAsync(cancellationToken);
        return Environment.ExitCode;
    }

    /// <summary>The section 'logging' sets the levels, as in appsettings.json.</summary>
    private static void AddLog(ILoggingBuilder logging, IConfiguration configuration)
    {
        logging.AddConfiguration(configuration.GetSection("logging"))
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None); // What it says of a failed start, we say in words.
        logging.AddConsole(console => console.FormatterName = OperatorLog.FormatterName)
            .AddConsoleFormatter<OperatorLog, OperatorLogOptions>(
                log => log.IsForJournal = Environment.GetEnvironmentVariable("JOURNAL_STREAM") is { Length: > 0 });
    }

    /// <summary><c>/etc/actors/shop.conf</c> is shop. What a name may not have is left out.</summary>
    private static string NameOf(string path)
    {
        var name = new StringBuilder();
        foreach (var letter in Path.GetFileNameWithoutExtension(path))
        {
            name.Append(char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' ? letter : '-');
        }

        return name.ToString().Trim('-') is { Length: > 0 } usable ? usable : "actors";
    }
}
