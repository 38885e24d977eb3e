using System.Text;
using Actors.Hosting.Settings;
using Actors.Services;

namespace Actors.Hosting.Management;

/// <summary>What settings that were read again would change in those that are in use.</summary>
internal sealed class SettingsChanges
{
    // How many there are is seen in which of them are added and removed.
    private const string Instances = "instances";

    private readonly SortedDictionary<string, List<string>> _keysOf = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, List<string>> _queues = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, List<string>> _schedules = new(StringComparer.Ordinal);
    private readonly List<string> _atNextStart = [];
    private readonly List<string> _restarted = [];
    private readonly List<string> _changed = [];

    public SettingsChanges(SettingsSnapshot inUse, SettingsSnapshot written)
    {
        var before = inUse.Settings.All.ToDictionary(service => service.Name, StringComparer.Ordinal);
        var after = written.Settings.All.ToDictionary(service => service.Name, StringComparer.Ordinal);
        Added = [.. written.Settings.All.Where(service => !before.ContainsKey(service.Name))];
        Removed = [.. inUse.Settings.All.Select(service => service.Name).Where(name => !after.ContainsKey(name))];
        var sections = inUse.Settings.Sections.Values.Concat(written.Settings.Sections.Values).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var key in inUse.Keys.Keys.Union(written.Keys.Keys, StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase))
        {
            if (inUse.Keys.GetValueOrDefault(key) == written.Keys.GetValueOrDefault(key) && inUse.Keys.ContainsKey(key) == written.Keys.ContainsKey(key))
            {
                continue;
            }

            if (sections.FirstOrDefault(section => key.StartsWith(section + ":", StringComparison.OrdinalIgnoreCase)) is { } section)
            {
                (_keysOf.TryGetValue(section, out var keys) ? keys : _keysOf[section] = []).Add(key[(section.Length + 1)..].Replace(':', '.'));
            }
            else if (written.Settings.Queues.Select(queue => queue.Name).FirstOrDefault(name => key.StartsWith(Queue(name), StringComparison.OrdinalIgnoreCase)) is { } queue)
            {
                (_queues.TryGetValue(queue, out var keys) ? keys : _queues[queue] = []).Add(key[Queue(queue).Length..].Replace(':', '.'));
            }
            else if (key.StartsWith(SchedulePrefix, StringComparison.OrdinalIgnoreCase) && key.LastIndexOf(':') is var end && end > SchedulePrefix.Length)
            {
                var name = key[SchedulePrefix.Length..end];
                (_schedules.TryGetValue(name, out var keys) ? keys : _schedules[name] = []).Add(key[(end + 1)..]);
            }
            else if (!sections.Contains(key) && inUse.Keys.GetValueOrDefault(key) != written.Keys.GetValueOrDefault(key))
            {
                _atNextStart.Add(key.Replace(':', '.'));
            }
        }

        foreach (var service in written.Settings.All.Where(service => before.ContainsKey(service.Name)))
        {
            Sort(service.Name, _keysOf.GetValueOrDefault(written.Settings.Sections[service.Name], []));
        }

        Written = written;
    }

    public SettingsSnapshot Written { get; }

    public IReadOnlyList<ServiceDefinition> Added { get; }

    public IReadOnlyList<string> Removed { get; }

    /// <summary>Services that are made anew: what they are has changed.</summary>
    public IReadOnlyList<string> Restarted => _restarted;

    /// <summary>Services that go on with other options.</summary>
    public IReadOnlyList<string> Changed => _changed;

    /// <summary>Queues that go on with other options.</summary>
    public IEnumerable<string> Queues => _queues.Keys;

    /// <summary>Durable schedules that are added, changed or retired.</summary>
    public IEnumerable<string> Schedules => _schedules.Keys;

    /// <summary>Keys that are taken up when the program starts, and not before.</summary>
    public IReadOnlyList<string> AtNextStart => _atNextStart;

    public bool IsEmpty => Added.Count + Removed.Count + Restarted.Count + Changed.Count + _queues.Count + _schedules.Count == 0;

    public string Describe(bool isDone)
    {
        var text = new StringBuilder(
            IsEmpty ? "The settings of the services are as they were: nothing " + (isDone ? "is changed." : "would change.")
            : isDone ? "Taken up from the settings:" : "The settings as they are written now would:");
        Append(text, isDone ? "added" : "add", Added.Select(service => service.Name));
        Append(text, isDone ? "removed" : "remove", Removed);
        Append(text, isDone ? "restarted" : "restart", Restarted.Select(WithKeys));
        Append(text, isDone ? "changed" : "change", Changed.Select(name => WithKeys(name) + ", without a restart"));
        Append(text, isDone ? "changed" : "change", _queues.Select(queue => $"queue {queue.Key} ({string.Join(", ", queue.Value)}), without a restart"));
        Append(text, isDone ? "changed" : "change", _schedules.Select(schedule => $"schedule {schedule.Key} ({string.Join(", ", schedule.Value)}), without a restart"));
        if (_atNextStart.Count > 0)
        {
            text.Append("\nOnly at the next start of the program: ").AppendJoin(", ", _atNextStart);
        }

        return isDone || IsEmpty ? text.ToString() : text.Append("\nTo do it: actors update").ToString();
    }

    private static string SchedulePrefix => $"{ActorsSettings.Section}:schedules:";

    private static string Queue(string name) => $"{ActorsSettings.Section}:queues:{name}:";

    private static void Append(StringBuilder text, string what, IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            text.Append("\n  ").Append(what.PadRight(9)).Append(' ').Append(line);
        }
    }

    private void Sort(string service, IReadOnlyList<string> keys)
    {
        string[] relevant = [.. keys.Where(key => !SettingName.IsSame(key, Instances))];
        if (relevant.Length == 0)
        {
            return;
        }

        // Whether it starts by itself matters at the next start of the whole, or when it is added.
        if (relevant.All(key => SettingTables.Service.Any(setting => SettingName.IsSame(setting.Key, key))))
        {
            if (!relevant.All(key => SettingName.IsSame(key, "autostart")))
            {
                _changed.Add(service);
            }
        }
        else
        {
            _restarted.Add(service);
        }
    }

    private string WithKeys(string service) =>
        $"{service} ({string.Join(", ", _keysOf[Written.Settings.Sections[service]].Where(key => !SettingName.IsSame(key, Instances)))})";
}
