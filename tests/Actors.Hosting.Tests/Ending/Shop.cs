using Actors.Hocon;
using Actors.Services;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Actors.Hosting.Tests.Ending;

/// <summary>An application as users write it: no catch, no exit code of its own. Its settings say which of its services start.</summary>
internal static class Shop
{
    public const string ShutdownTimeoutVariable = "SHOP_SHUTDOWN_TIMEOUT_MS";
    private const string Argument = "shop-process";

    public static bool IsWanted(string[] args) => args is [Argument, ..];

    public static string[] Arguments(string settings) => [Argument, settings];

    public static async Task RunAsync(string[] args)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = Path.GetDirectoryName(args[1]) });
        ActorsExitCode.ReportUnhandledFaults();
        builder.Configuration.AddHoconFile(args[1]);
        builder.Services.AddActors("shop", actors => actors
            .UseInMemoryStore()
            .AddService("loop", Bodies.ForEver)
            .AddService("stubborn", static (_, _) => new TaskCompletionSource().Task, options => options.Autostart = false)
            .AddService("licence", static (_, _) => throw new InvalidOperationException("no licence"), options => options.Autostart = false)
            .AddService("patient", PatientAsync, options => (options.Autostart, options.AwaitsReady) = (false, true))
            .AddService("slow", SlowAsync, options => options.Autostart = false));
        var host = builder.Build();
        if (int.TryParse(Environment.GetEnvironmentVariable(ShutdownTimeoutVariable), out var limitMs))
        {
            // After the build, so that it is shorter than what the services may take.
            host.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout = TimeSpan.FromMilliseconds(limitMs);
        }

        await host.RunAsync();
    }

    /// <summary>Is ready as soon as a file says so.</summary>
    private static async Task PatientAsync(ServiceContext context, CancellationToken cancellationToken)
    {
        while (!File.Exists("ready"))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
        }

        context.Ready();
        await Bodies.ForEver(context, cancellationToken);
    }

    /// <summary>Takes its time to stop.</summary>
    private static async Task SlowAsync(ServiceContext context, CancellationToken cancellationToken)
    {
        context.OnStop(static cancellationToken => Task.Delay(TimeSpan.FromSeconds(2), cancellationToken));
        await Bodies.ForEver(context, cancellationToken);
    }
}
