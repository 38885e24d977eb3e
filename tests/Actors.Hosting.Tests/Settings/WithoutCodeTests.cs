using Actors.Hocon;
using Actors.Services;
using Microsoft.Extensions.Configuration;

namespace Actors.Hosting.Tests.Settings;

/// <summary>What tools can say of a configuration when the program is not there.</summary>
public sealed class WithoutCodeTests
{
    [Fact]
    public void Every_section_is_checked_whatever_the_names_in_it() =>
        ActorsConfiguration.Check(Read(
            """
            actors {
              ask-timeout = soon
              dead-letters.capasity = 3
              persistence.answer-timeout = 0s
              store.sqlite = "Data Sauce=x.db"
              services { mailer.restart { max-restart = 3, backoff.factor = 0.5 }, "my service".autostart = on, tick.interval = 0s }
              queues { emails { workers = 0, jobs.greet { timeout = never } }, "a b" {} }
            }
            other { anything = goes }
            """)).Select(fault => fault.Summary).ShouldBe(
            [
                "test.conf:2:17: 'actors.ask-timeout = soon' must be a duration such as 500 ms, 30 s, 5 minutes or infinite.",
                "test.conf:3:3: unknown key 'actors.dead-letters.capasity'; did you mean 'capacity'?",
                "test.conf:4:32: 'actors.persistence.answer-timeout = 0 ms' must be greater than 0 ms.",
                "test.conf:5:3: The connection string has the keyword 'data sauce', which a store does not know. It knows 'Data Source' (the file), " +
                "'Mode' (ReadWriteCreate or ReadWrite), 'Default Timeout' (seconds) and 'Shared' (true or false).",
                "test.conf:6:31: unknown key 'actors.services.mailer.restart.max-restart'; did you mean 'max-restarts'?",
                "test.conf:6:65: 'actors.services.mailer.restart.backoff.factor = 0.5' must be greater than or equal to 1.",
                "test.conf:6:72: Service 'my service': the name has the illegal character ' ' at position 2. Use letters, digits, '-', '_' and '.'.",
                "test.conf:6:101: Service 'tick': interval = 0 s must be longer than 0 and at most 45 days.",
                "test.conf:7:31: 'actors.queues.emails.workers = 0' must be greater than or equal to 1.",
                "test.conf:7:57: 'actors.queues.emails.jobs.greet.timeout = never' must be a duration such as 500 ms, 30 s, 5 minutes or infinite.",
                "test.conf:7:68: Service 'a b': the name has the illegal character ' ' at position 1. Use letters, digits, '-', '_' and '.'.",
            ],
            ignoreOrder: true);

    [Fact]
    public void Nothing_is_wrong_with_the_reference_itself()
    {
        foreach (var file in new[] { "actors", "jobs", "operations", "persistence", "services" })
        {
            ActorsConfiguration.Check(Read(File.ReadAllText(Path.Combine(ReferenceTests.Folder, "reference", file + ".conf")))).ShouldBeEmpty();
        }
    }

    [Theory]
    [InlineData("actors.services.mailer.restart.backoff.min", "actors.services.NAME.restart.backoff.min", "duration", "ms", "1 s", true)]
    [InlineData("actors.queues.emails.jobs.greet.retry.max", "actors.queues.NAME.jobs.TYPE.retry.max", "duration", "ms", "1 h", true)]
    [InlineData("actors.Queues.emails.MaxArgsBytes", "actors.queues.NAME.max-args-bytes", "size", "bytes", "1 MiB", true)]
    [InlineData("actors.services.mailer.autostart", "actors.services.NAME.autostart", "flag", null, "on", false)]
    [InlineData("actors.ask-timeout", "actors.ask-timeout", "duration", "ms", "5 s", false)]
    [InlineData("actors.store.sqlite", "actors.store.sqlite", "text", null, "null", false)]
    [InlineData("actors.services.mailer.pace", "actors.services.NAME.pace", "word", null, "fixed-rate", true)]
    public void A_key_is_described_with_type_unit_default_and_text(string path, string described, string type, string? unit, string @default, bool atOnce)
    {
        var setting = ActorsConfiguration.Find(path).ShouldNotBeNull();

        (setting.Path, setting.Type, setting.Unit, setting.Default, setting.AppliesAtOnce).ShouldBe((described, type, unit, @default, atOnce));
        setting.Text.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("actors"), InlineData("actors.services.mailer"), InlineData("actors.services.mailer.restarts"), InlineData("shop.title")]
    public void Nothing_else_is_described(string path) => ActorsConfiguration.Find(path).ShouldBeNull();

    [Fact]
    public void Every_key_has_a_text_of_its_own_or_of_its_neighbour() =>
        ActorsConfiguration.Settings.Where(setting => setting.Text.Length < 20).ShouldBeEmpty();

    [Fact]
    public void A_policy_is_read_as_the_options_of_a_service()
    {
        var options = ActorsConfiguration.ReadService(Read("policies.patient { restart { max-restarts = 3, window = 1 m } }"), "policies.patient");
        (options.Restart.MaxRestarts, options.Restart.Window, options.RestartType).ShouldBe((3, TimeSpan.FromMinutes(1), RestartType.Transient));
        Should.Throw<ActorsConfigurationException>(() => ActorsConfiguration.ReadService(Read("p.restart.windows = 1 m"), "p"))
            .Faults.ShouldHaveSingleItem().Expected.ShouldBe("did you mean 'window'?");
    }

    private static IConfigurationRoot Read(string hocon) => new ConfigurationBuilder().AddHoconString(hocon, "test.conf").Build();
}
