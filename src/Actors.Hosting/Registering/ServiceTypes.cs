using Actors.Hocon;
using Actors.Hosting.Settings;
using Actors.Hosting.Starting;
using Actors.Services;
using Microsoft.Extensions.Logging;

namespace Actors.Hosting.Registering;

/// <inheritdoc/>
internal sealed class ServiceTypes(ActorsRuntime runtime) : IServiceTypes
{
    private const string Interval = "interval";

    public async Task<ServiceStatus> RegisterAsync(
        string type, string name, Action<ServiceOptions>? configure, bool isKept, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(name);
        var services = runtime.Services ?? throw NotStarted.Exception(runtime.Name, "services");
        if (isKept && runtime.Kept is null)
        {
            throw new InvalidOperationException(
                $"Service '{name}' is to be kept, but there is no store for it: call UseSqlite(\"Data Source={runtime.Name}.db\") without Shared=true, or set 'actors.store.sqlite'.");
        }

        var options = new ServiceOptions();
        configure?.Invoke(options);
        var definition = Define(type, name, options);
        var status = await services.RegisterAsync(definition, cancellationToken);
        if (isKept && runtime.Kept is { } kept)
        {
            await kept.AskAsync(new KeptServices.Keep(new ServiceKept(name, type, Write(options))), Timeout.InfiniteTimeSpan, cancellationToken);
        }

        return status;
    }

    /// <summary>Those that were kept are there again. One that cannot be is named in the log, and is still kept.</summary>
    public async Task RestoreAsync(IServices services, ILogger logger, CancellationToken cancellationToken)
    {
        if (runtime.Kept is not { } keeper)
        {
            return;
        }

        var known = (await services.GetServicesAsync(cancellationToken: cancellationToken)).Select(service => service.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var kept in await keeper.AskAsync(new KeptServices.GetKept(), Timeout.InfiniteTimeSpan, cancellationToken))
        {
            try
            {
                var definition = Define(kept.Type, kept.Name, Read(kept.Options));
                var missing = definition.Options.DependsOn.Where(needed => !known.Contains(needed)).ToList();
                if (missing.Count > 0 || !known.Add(kept.Name))
                {
                    Log.KeptServiceRefused(
                        logger, kept.Name, missing.Count > 0 ? $"it depends on {string.Join(", ", missing)}, which is not there." : "another service has its name.");
                    continue;
                }

                // Nobody waits here until it runs.
                services.Guardian.Tell(new Register(definition));
            }
            catch (Exception fault) when (fault is ServiceException or FormatException)
            {
                Log.KeptServiceRefused(logger, kept.Name, fault.Message);
            }
        }
    }

    private ServiceDefinition Define(string type, string name, ServiceOptions options)
    {
        var types = runtime.Builder.ServiceTypeEntries;
        if (types.FirstOrDefault(known => known.Type == type) is { } entry)
        {
            return entry.Define(name, options);
        }

        string[] known = [.. types.Select(declared => declared.Type)];
        throw new ServiceDefinitionException(
            name,
            [
                $"there is no service type '{type}'" + (DidYouMean.Suggest(type, known) is { } guess ? $"; {guess}" : ".") +
                (known.Length == 0 ? " None is declared: AddServiceType<T>(…) does it." : $" Declared are: {string.Join(", ", known)}."),
            ]);
    }

    private static Dictionary<string, string> Write(ServiceOptions options)
    {
        var defaults = new ServiceOptions();
        return SettingTables.Service
            .Where(setting => setting.Get(options) != setting.Get(defaults) || (setting.Key == Interval && options.Interval is not null))
            .ToDictionary(setting => setting.Key, setting => setting.Get(options));
    }

    private static ServiceOptions Read(Dictionary<string, string> stored)
    {
        var options = new ServiceOptions();
        foreach (var (key, text) in stored)
        {
            if (SettingTables.Service.FirstOrDefault(setting => setting.Key == key)?.TrySet(options, text) != true)
            {
                throw new FormatException($"its stored option '{key} = {text}' means nothing to this program.");
            }
        }

        return options;
    }
}
