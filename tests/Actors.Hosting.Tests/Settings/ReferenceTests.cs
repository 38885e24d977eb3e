using System.Runtime.CompilerServices;
using Actors.Hocon;
using Actors.Hosting.Management;
using Actors.Hosting.Settings;
using Actors.Hosting.Systemd;
using Actors.Jobs;
using Actors.Persistence;
using Actors.Services;

namespace Actors.Hosting.Tests.Settings;

/// <summary>hocon/reference documents every key with its default, and hocon/policies can be used as they stand.</summary>
public sealed class ReferenceTests
{
    internal static readonly string Folder = Path.GetFullPath(Path.Combine(Here(), "../../../hocon"));

    public static TheoryData<string> Policies => [.. Directory.GetFiles(Path.Combine(Folder, "policies"), "*.conf").Select(path => Path.GetFileNameWithoutExtension(path)).Order()];

    [Fact]
    public void Actors_conf_is_what_the_program_reads_and_does() =>
        ShouldAgree("actors.conf", "actors", SettingTables.System, () => new ActorSystemOptions(), "store.sqlite");

    [Fact]
    public void Persistence_conf_is_what_the_program_reads_and_does() =>
        ShouldAgree("persistence.conf", "actors.persistence", SettingTables.Persistence, () => new PersistenceOptions());

    [Fact]
    public void Operations_conf_is_what_the_program_reads_and_does()
    {
        ShouldAgree("operations.conf", "actors.systemd", SettingTables.Systemd, () => new SystemdOptions());
        ShouldAgree("operations.conf", "actors.management", SettingTables.Management, () => new ManagementOptions());
    }

    [Fact]
    public void Services_conf_is_what_the_program_reads_and_does() =>
        ShouldAgree("services.conf", "actors.services.NAME", SettingTables.Service, () => new ServiceOptions());

    [Fact]
    public void Processes_conf_is_what_the_program_reads_and_does() =>
        ShouldAgree("processes.conf", "actors.processes.NAME", SettingTables.Process, () => new ActorsBuilder.ProcessEntry("NAME"), "command", "success-exit-codes");

    [Fact]
    public void Urls_conf_is_what_the_program_reads_and_does() =>
        ShouldAgree("urls.conf", "actors.urls.NAME", SettingTables.Url, () => new ActorsBuilder.UrlEntry("NAME"), "status");

    [Fact]
    public void Groups_conf_is_what_the_program_reads_and_does() =>
        ShouldAgree("groups.conf", "actors.groups.NAME", SettingTables.Group, () => new ActorsBuilder.GroupEntry("NAME"));

    [Fact]
    public void Jobs_conf_is_what_the_program_reads_and_does() =>
        ShouldAgree(
            "jobs.conf", "actors.queues.NAME", SettingTables.Queue, () => new QueueOptions(), [.. SettingTables.Handler.Select(setting => "jobs.TYPE." + setting.Key)]);

    [Fact]
    public void What_Jobs_conf_says_of_a_job_type_is_what_the_program_reads_and_does() =>
        ShouldAgree("jobs.conf", "actors.queues.NAME.jobs.TYPE", SettingTables.Handler, () => new HandlerOptions());

    [Fact]
    public void Schedules_conf_is_what_the_program_reads_and_does() =>
        ShouldAgree("schedules.conf", "actors.schedules.NAME", SettingTables.Schedule, () => new ScheduleSettings(null, new ScheduleOptions()));

    [Fact]
    public void Every_option_that_can_be_written_as_text_has_a_key()
    {
        ShouldReach("", SettingTables.System, () => new ActorSystemOptions { DeadLetters = { LogLimit = 1 } }, "Seed"); // A seed is for tests.
        ShouldReach("", SettingTables.Persistence, () => new PersistenceOptions());
        ShouldReach("", SettingTables.Service, () => new ServiceOptions());
        ShouldReach("", SettingTables.Queue, () => new QueueOptions(), "Retry.Backoff.ResetAfter"); // A job that runs has not failed: there is nothing to forgive.
        ShouldReach("", SettingTables.Handler, () => new HandlerOptions { Backoff = new BackoffOptions() }, "Backoff.ResetAfter");
    }

    [Fact]
    public void Every_key_of_a_reference_file_is_explained()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(Folder, "reference")))
        {
            var lines = File.ReadAllLines(file);
            for (var i = 1; i < lines.Length; i++)
            {
                if (lines[i].Contains(" = ", StringComparison.Ordinal) && !lines[i].TrimStart().StartsWith('#'))
                {
                    // min and max share what stands above the first of them, or above their block.
                    var above = lines[i - 1].Trim();
                    (above.StartsWith('#') || above.Contains(" = ", StringComparison.Ordinal) || above.EndsWith('{')).ShouldBeTrue($"{file}:{i + 1}: {lines[i]}");
                }
            }
        }
    }

    [Theory, MemberData(nameof(Policies))]
    public void A_policy_applies_as_its_comment_says(string policy)
    {
        var path = Path.Combine(Folder, "policies", policy + ".conf");
        var usage = File.ReadLines(path).SkipWhile(line => !line.EndsWith("Use it so:", StringComparison.Ordinal)).Skip(1)
            .TakeWhile(line => line.StartsWith('#')).Select(line => line[1..].Trim());
        var document = HoconDocument.Parse(
            string.Join('\n', usage).Replace("include \"policies/", $"include \"{Folder}/policies/", StringComparison.Ordinal));
        var service = document.Root.GetObject("actors.services").Single().Key;

        using var host = TestHost.Create(
            actors => actors.AddTick(service, TimeSpan.FromSeconds(60), Bodies.Nothing),
            document.Root.ToString());

        var options = host.Services.Settings().Services.Single().Options;
        options.ShouldNotBe(new ServiceOptions { Interval = options.Interval }, "A policy changes something.");
    }

    private static void ShouldAgree<TOptions>(
        string file, string section, IReadOnlyList<Setting<TOptions>> settings, Func<TOptions> defaults, params string[] others)
    {
        var written = Leaves(HoconDocument.Load(Path.Combine(Folder, "reference", file)).Root.GetObject(section)).ToDictionary();

        written.Keys.ShouldBe(settings.Select(setting => setting.Key).Concat(others), ignoreOrder: true);
        foreach (var setting in settings)
        {
            var options = defaults();
            setting.TrySet(options, written[setting.Key]).ShouldBeTrue($"{setting.Key} = {written[setting.Key]} must be {setting.Expected}");
            setting.Get(options).ShouldBe(setting.Get(defaults()), $"The default of {setting.Key}");
        }
    }

    /// <summary>Changes each property, and looks whether some key tells of it.</summary>
    private static void ShouldReach<TOptions>(string prefix, IReadOnlyList<Setting<TOptions>> settings, Func<TOptions> create, params string[] inCodeOnly)
    {
        var before = settings.Select(setting => setting.Get(create())).ToList();
        var properties = Properties(typeof(TOptions), prefix, options => options).ToList();
        properties.Count.ShouldBeGreaterThan(2);
        foreach (var (name, set) in properties)
        {
            var options = create();
            set(options!); // Never null.
            settings.Select(setting => setting.Get(options)).SequenceEqual(before).ShouldBe(inCodeOnly.Contains(name), $"{typeof(TOptions).Name}.{name}");
        }
    }

    private static IEnumerable<(string Name, Action<object> Set)> Properties(Type type, string prefix, Func<object, object> owner)
    {
        foreach (var property in type.GetProperties().Where(property => !property.GetMethod!.IsStatic)) // All can be read.
        {
            var value = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            if (value == typeof(RestartOptions) || value == typeof(BackoffOptions) || value == typeof(RetryOptions) || value == typeof(DeadLetterOptions) || value == typeof(RetryBudgetOptions) || value == typeof(RetentionOptions) || value == typeof(AutoPauseOptions))
            {
                foreach (var inner in Properties(value, $"{prefix}{property.Name}.", options => property.GetValue(owner(options))!)) // Made by whoever creates it.
                {
                    yield return inner;
                }
            }
            else if (property.SetMethod is not null && (value.IsEnum || value == typeof(TimeSpan) || value == typeof(bool) || value == typeof(int) || value == typeof(long) || value == typeof(double)))
            {
                yield return (prefix + property.Name, options => property.SetValue(owner(options), Other(value, property.GetValue(owner(options)))));
            }
        }
    }

    private static object Other(Type type, object? value) =>
        type == typeof(TimeSpan) ? TimeSpan.FromSeconds(77)
        : type == typeof(bool) ? !(bool)value!
        : type.IsEnum ? Enum.GetValues(type).Cast<object>().First(other => !other.Equals(value))
        : Convert.ChangeType(77, type, System.Globalization.CultureInfo.InvariantCulture);

    private static IEnumerable<KeyValuePair<string, string>> Leaves(HoconObject fields, string prefix = "") =>
        fields.SelectMany(member => member.Value is HoconObject inner
            ? Leaves(inner, prefix + member.Key + ".")
            : [new(prefix + member.Key, member.Value.ToString().Trim('"'))]);

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!; // A file has a folder.
}
