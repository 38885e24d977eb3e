using Actors.Services;

namespace Actors.Hosting.Tests.Settings;

public sealed class PrecedenceTests
{
    private const string Spelled = "actors:services:tick:InitialDelay";
    private const string Hyphenated = "actors:services:tick:initial-delay";

    [Fact]
    public void The_configuration_wins_over_the_code_and_leaves_the_rest_of_it()
    {
        var options = Tick(
            s =>
            {
                s.StopTimeout = TimeSpan.FromSeconds(3);
                s.InitialDelay = TimeSpan.FromSeconds(3);
            },
            "actors.services.tick { initial-delay = 7s, interval = 2 minutes }");

        options.InitialDelay.ShouldBe(TimeSpan.FromSeconds(7));
        options.Interval.ShouldBe(TimeSpan.FromMinutes(2));
        options.StopTimeout.ShouldBe(TimeSpan.FromSeconds(3));
    }

    [Fact]
    public void Keys_may_be_written_as_in_HOCON_or_as_in_code()
    {
        var options = Tick(null, """actors { Services { tick { Restart { MaxRestarts = 5, Backoff { ResetAfter = "infinite" } }, onTickError = Continue, RESTART-TYPE = permanent } } }""");

        options.Restart.MaxRestarts.ShouldBe(5);
        options.Restart.Backoff.ShouldNotBeNull().ResetAfter.ShouldBe(Timeout.InfiniteTimeSpan);
        options.OnTickError.ShouldBe(TickErrorAction.Continue);
        options.RestartType.ShouldBe(RestartType.Permanent);
    }

    [Theory]
    [InlineData("initial-delay = 7s", Spelled)]
    [InlineData("InitialDelay = 7s", Hyphenated)]
    [InlineData("initial-delay = 7s", Hyphenated)]
    public void The_later_source_wins_in_whatever_spelling(string earlier, string later) =>
        Tick(null, $"actors.services.tick {{ {earlier} }}", new() { [later] = "9 s" }).InitialDelay.ShouldBe(TimeSpan.FromSeconds(9));

    [Fact]
    public void The_consumer_of_a_queue_is_set_like_any_service()
    {
        using var host = TestHost.Create(
            actors => actors.UseInMemoryStore().AddQueue("greetings"),
            """
            actors {
              queues.greetings { workers = 3, retry { max-attempts = 4, min = 50ms, max = 2s, factor = 3, jitter = 0 }, max-args-bytes = 2 KiB }
              services.greetings { autostart = off, restart.max-restarts = 2 }
            }
            """);

        var settings = host.Services.Settings();
        var queue = settings.Queues.Single().Options;
        (queue.Workers, queue.MaxArgsBytes).ShouldBe((3, 2048));
        (queue.Retry.MaxAttempts, queue.Retry.Backoff.Min, queue.Retry.Backoff.Factor).ShouldBe((4, TimeSpan.FromMilliseconds(50), 3));
        settings.Consumers["greetings"].Autostart.ShouldBeFalse();
        settings.Consumers["greetings"].Restart.MaxRestarts.ShouldBe(2);
        settings.Consumers["greetings"].StopTimeout.ShouldBe(TimeSpan.FromSeconds(15), "It waits 5 s longer than the queue gives its jobs.");
    }

    [Fact]
    public void A_job_type_of_a_queue_has_settings_of_its_own()
    {
        using var host = TestHost.Create(
            actors => actors.UseInMemoryStore().AddQueue("greetings", q => q
                .Retry(maxAttempts: 9, max: TimeSpan.FromMinutes(7))
                .AddHandler<GreetHandler>(h => (h.MaxAttempts, h.Timeout) = (3, TimeSpan.FromSeconds(4)))),
            """
            actors.queues.greetings {
              retry.jitter = 0
              jobs.greet { timeout = infinite, retry.min = 50ms }
            }
            """);

        var greet = host.Services.Settings().Queues.Single().HandlerOptions[typeof(GreetHandler)];
        (greet.MaxAttempts, greet.Timeout).ShouldBe((3, Timeout.InfiniteTimeSpan), "What the configuration leaves out is as in the code.");
        greet.Backoff.ShouldBe(
            new BackoffOptions { Min = TimeSpan.FromMilliseconds(50), Max = TimeSpan.FromMinutes(7), Jitter = 0 }, "What nobody says is as in the queue.");
    }

    [Fact]
    public void The_store_of_the_configuration_wins_over_that_of_the_code()
    {
        using var host = TestHost.Create(
            actors => actors.UseInMemoryStore().AddQueue("greetings"), "actors.store.sqlite = \"Data Source=elsewhere.db\"", contentRoot: Path.GetTempPath());

        host.Services.Settings().Sqlite.ShouldNotBeNull().Path.ShouldBe(Path.Combine(Path.GetTempPath(), "elsewhere.db"));
    }

    [Fact]
    public void The_last_store_of_the_code_is_meant()
    {
        using var memory = TestHost.Create(actors => actors.UseSqlite("shop.db").UseInMemoryStore().AddQueue("greetings"));
        using var file = TestHost.Create(actors => actors.UseInMemoryStore().UseSqlite("shop.db").AddQueue("greetings"));

        memory.Services.Settings().Sqlite.ShouldBeNull();
        file.Services.Settings().Sqlite.ShouldNotBeNull();
    }

    private static ServiceOptions Tick(Action<ServiceOptions>? configure, string hocon, Dictionary<string, string?>? later = null)
    {
        using var host = TestHost.Create(actors => actors.AddTick("tick", TimeSpan.FromSeconds(60), Bodies.Nothing, configure), hocon, later);
        return host.Services.Settings().Services.Single().Options;
    }
}
