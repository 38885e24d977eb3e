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
            foreach (var name in changes.Removed.Concat(changes.Restarted))
            {
                await UnregisterAsync(services, name);
            }

            var statuses = new List<ServiceStatus>();
            foreach (var definition in changes.Restarted.Select(name => definitions[name]).Concat(changes.Added))
            {
                statuses.Add(await services.RegisterAsync(definition, CancellationToken.None));
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

    private static async Task UnregisterAsync(IServices services, string name)
    {
        try
        {
            await services.UnregisterAsync(name, CancellationToken.None);
        }
        catch (UnknownServiceException)
        {
            // The program has done it already.
        }
    }
}
