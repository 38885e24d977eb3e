using Actors.Hosting.Starting;
using Actors.Services;

namespace Actors.Hosting.Management;

/// <summary>Finds out what has changed in the settings, and takes it up.</summary>
internal sealed class SettingsUpdate(ActorsRuntime runtime)
{
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <exception cref="ActorsConfigurationException">They cannot be used.</exception>
    public SettingsChanges Find()
    {
        var again = SettingsSnapshot.ReadAgain(runtime.Configuration);
        try
        {
            return new SettingsChanges(runtime.Snapshot, SettingsSnapshot.Of(runtime.ReadAgain(again), again));
        }
        finally
        {
            SettingsSnapshot.Forget(again);
        }
    }

    /// <summary>One at a time. What was added or restarted is started, unless its autostart is off.</summary>
    public async Task<(SettingsChanges Changes, IReadOnlyList<ServiceStatus> Services)> ApplyAsync(IServices services, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var changes = Find();
            var definitions = changes.Written.Settings.All.ToDictionary(service => service.Name, StringComparer.Ordinal);
            foreach (var name in changes.Restarted)
            {
                await UnregisterAsync(services, new Unregister(name) { IsReplaced = true });
            }

            // All that is needed by another of them goes after that one; nothing that stays needs any, or the settings would be wrong.
            var before = runtime.Snapshot.Settings.All.ToDictionary(service => service.Name, StringComparer.Ordinal);
            foreach (var name in InOrder(changes.Removed, before).Reverse())
            {
                await UnregisterAsync(services, new Unregister(name));
            }

            var statuses = new List<ServiceStatus>();
            foreach (var name in InOrder(changes.Restarted.Concat(changes.Added.Select(service => service.Name)), definitions))
            {
                statuses.Add(await RegisterAsync(services, definitions[name]));
            }

            foreach (var name in changes.Changed)
            {
                statuses.Add(await services.AskAsync(new Reconfigure(definitions[name]), CancellationToken.None));
            }

            foreach (var queue in changes.Written.Settings.Queues.Where(queue => changes.Queues.Contains(queue.Name)))
            {
                runtime.Jobs?.Reconfigure(queue);
            }

            if (changes.Schedules.Any())
            {
                runtime.Jobs?.Redeclare(changes.Written.Settings.Schedules);
            }

            runtime.TakeUp(changes.Written);
            return (changes, statuses);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Each after those of them that it depends on.</summary>
    private static IEnumerable<string> InOrder(IEnumerable<string> names, Dictionary<string, ServiceDefinition> definitions)
    {
        var left = names.ToList();
        while (left.Count > 0)
        {
            var next = left.FindIndex(name => !definitions.TryGetValue(name, out var definition) || !definition.Options.DependsOn.Any(left.Contains));
            next = Math.Max(0, next); // A circle has been refused.
            yield return left[next];
            left.RemoveAt(next);
        }
    }

    private static async Task UnregisterAsync(IServices services, Unregister unregister)
    {
        try
        {
            await services.AskAsync(unregister, CancellationToken.None);
        }
        catch (UnknownServiceException)
        {
            // The program has done it already.
        }
    }

    private static async Task<ServiceStatus> RegisterAsync(IServices services, ServiceDefinition definition)
    {
        try
        {
            return await services.RegisterAsync(definition, CancellationToken.None);
        }
        catch (DuplicateServiceException)
        {
            // The program has done it already, or an update that failed half way.
            return await services.AskAsync(new Reconfigure(definition), CancellationToken.None);
        }
    }
}
