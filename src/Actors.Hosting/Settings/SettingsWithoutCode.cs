using Actors.Hosting.Management;
using Actors.Hosting.Systemd;
using Actors.Jobs;
using Actors.Persistence;
using Actors.Services;
using Actors.Sql;
using Microsoft.Extensions.Configuration;

namespace Actors.Hosting.Settings;

/// <summary>What can be said of a configuration without the program that it is for: which names of services, queues and jobs there are is the program's to know.</summary>
internal static class SettingsWithoutCode
{
    private static readonly string[] Groups = ["store", "services", "processes", "urls", "groups", "queues", "schedules", "persistence", "systemd", "management"];

    public static IReadOnlyList<ConfigurationFault> Check(IConfiguration configuration)
    {
        var reader = new SettingReader(configuration);
        var section = configuration.GetSection(ActorsSettings.Section);
        var system = new ActorSystemOptions();
        reader.Read(section, system, SettingTables.System, Groups);
        reader.CheckRanges(section, system, SettingTables.System, system.Validate, new());
        CheckStore(reader, section.GetSection("store"));

        var persistence = new PersistenceOptions();
        reader.Read(section.GetSection("persistence"), persistence, SettingTables.Persistence);
        reader.CheckRanges(section.GetSection("persistence"), persistence, SettingTables.Persistence, persistence.Validate, new());

        var systemd = new SystemdOptions();
        reader.Read(section.GetSection("systemd"), systemd, SettingTables.Systemd);
        reader.CheckRanges(section.GetSection("systemd"), systemd, SettingTables.Systemd, systemd.Validate, new());
        reader.Read(section.GetSection("management"), new ManagementOptions(), SettingTables.Management);

        foreach (var queue in section.GetSection("queues").GetChildren())
        {
            CheckQueue(reader, queue);
        }

        foreach (var schedule in section.GetSection("schedules").GetChildren())
        {
            var settings = new ScheduleSettings(null, new ScheduleOptions());
            reader.Read(schedule, settings, SettingTables.Schedule);
            if (settings.Text is { } text)
            {
                reader.Check(() => Schedule.Parse(text, settings.Options.TimeZone is { } zone ? Schedule.FindZone(zone) : null, schedule.Key), schedule.GetSection("schedule"));
            }
        }

        foreach (var service in section.GetSection("services").GetChildren())
        {
            ReadService(reader, service);
        }

        foreach (var process in section.GetSection("processes").GetChildren())
        {
            var entry = new ActorsBuilder.ProcessEntry(process.Key);
            reader.Read(process, entry, SettingTables.Process, ProcessSection.Keys);
            if (reader.Check(() => ProcessSection.Read(process, entry.Process, "/"), process)
                && reader.CheckRanges(process, entry, SettingTables.Process, entry.Service.Restart.Validate, new(entry.Name)))
            {
                reader.Check(() => ServiceDefinition.Processes(entry.Name, entry.Process, entry.Service), process);
            }
        }

        foreach (var url in section.GetSection("urls").GetChildren())
        {
            var entry = new ActorsBuilder.UrlEntry(url.Key);
            reader.Read(url, entry, SettingTables.Url, UrlSection.Keys);
            if (reader.Check(() => UrlSection.Read(url, entry.Url), url) && reader.CheckRanges(url, entry, SettingTables.Url, entry.Service.Restart.Validate, new(entry.Name)))
            {
                reader.Check(() => ServiceDefinition.Url(entry.Name, entry.Url, entry.Service), url);
            }
        }

        foreach (var group in section.GetSection("groups").GetChildren())
        {
            var entry = new ActorsBuilder.GroupEntry(group.Key);
            reader.Read(group, entry, SettingTables.Group);
            reader.Check(() => _ = new ServiceGroup(entry.Name, entry.Strategy, entry.Services), group);
        }

        return reader.Faults;
    }

    /// <exception cref="ActorsConfigurationException">With every fault of the section.</exception>
    public static ServiceOptions ReadService(IConfiguration configuration, string path)
    {
        var reader = new SettingReader(configuration);
        var options = ReadService(reader, configuration.GetSection(path.Replace('.', ':')));
        return reader.Faults.Count == 0 ? options : throw new ActorsConfigurationException(reader.Faults);
    }

    private static ServiceOptions ReadService(SettingReader reader, IConfigurationSection section)
    {
        var options = new ServiceOptions();
        reader.Read(section, options, SettingTables.Service);
        if (reader.CheckRanges(section, options, SettingTables.Service, options.Restart.Validate, new()))
        {
            // The form that may have every setting.
            reader.Check(() => ServiceDefinition.Tick(section.Key, options.Interval ?? TimeSpan.FromSeconds(1), static (_, _) => Task.CompletedTask, options), section);
        }

        return options;
    }

    private static void CheckStore(SettingReader reader, IConfigurationSection section)
    {
        reader.Read<ActorSystemOptions>(section, new ActorSystemOptions(), [], "sqlite");
        if (section["sqlite"] is { Length: > 0 } connectionString)
        {
            reader.Check(() => SqliteStoreOptions.Parse(connectionString), section.GetSection("sqlite"));
        }
    }

    private static void CheckQueue(SettingReader reader, IConfigurationSection section)
    {
        var options = new QueueOptions();
        reader.Read(section, options, SettingTables.Queue, "jobs");
        reader.CheckRanges(section, options, SettingTables.Queue, options.Validate, new());
        reader.Check(() => ServiceDefinition.Service(section.Key, static (_, _) => Task.CompletedTask), section);
        foreach (var job in section.GetSection("jobs").GetChildren())
        {
            var handler = new HandlerOptions();
            reader.Read(job, handler, SettingTables.Handler);
            reader.CheckRanges(job, handler, SettingTables.Handler, handler.Validate, new());
        }
    }
}
