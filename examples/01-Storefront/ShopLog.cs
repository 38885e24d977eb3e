using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Storefront;

/// <summary>The log on the console: one line for each event, and the stack only where somebody gave up.</summary>
internal static class ShopLog
{
    private const string Line = "{Timestamp:HH:mm:ss} {Level:u3} {SourceContext}: {Message:lj}{NewLine}";

    public static Logger Create(IConfiguration configuration) => new LoggerConfiguration()
        .ReadFrom.Configuration(configuration)
        .WriteTo.Conditional(e => e.Level < LogEventLevel.Error, to => to.Console(outputTemplate: Line))
        .WriteTo.Conditional(e => e.Level >= LogEventLevel.Error, to => to.Console(outputTemplate: Line + "{Exception}"))
        .CreateLogger();
}
