using System.Collections.Concurrent;
using Actors.Hocon;
using Actors.Jobs;
using Actors.Services;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Actors.Hosting.Tests.Starting;

/// <summary>A real host whose real file changes while it runs.</summary>
public sealed class ReloadTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("reload-").FullName;
    private readonly LogLines _log = new();

    private string File => Path.Combine(_folder, "shop.conf");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_changed_restart_policy_applies_to_the_running_service()
    {
        var runs = 0;
        using var host = await StartAsync(
            "actors.services.loop.restart.backoff { min = 1 ms, max = 1 ms }",
            actors => actors.AddService("loop", (_, _) =>
            {
                Interlocked.Increment(ref runs);
                throw new InvalidOperationException("no");
            }));
        await TestHost.UntilAsync(() => Task.FromResult(runs > 20), "it has failed often");

        Write("actors.services.loop.restart { max-restarts = 3, backoff { min = 1 ms, max = 1 ms } }");

        var services = host.Services.GetRequiredService<IServices>();
        await TestHost.UntilAsync(async () => (await services.GetStatusAsync("loop")).State == ServiceState.Failed, "the new limit holds");
        _log.ShouldContain(5005, "The configuration of test has changed, and applies: actors.services.loop.restart.max-restarts");
        await host.StopAsync();
    }

    [Fact]
    public async Task A_policy_of_an_included_file_applies_too()
    {
        System.IO.File.WriteAllText(Path.Combine(_folder, "patient.conf"), "policies.patient.restart.backoff { min = 1 ms, max = 1 ms }");
        using var host = await StartAsync(
            "include \"patient.conf\"\nactors.services.loop = ${policies.patient}",
            actors => actors.AddService("loop", (_, _) => throw new InvalidOperationException("no")));

        System.IO.File.WriteAllText(Path.Combine(_folder, "patient.conf"), "policies.patient.restart { max-restarts = 3, backoff { min = 1 ms, max = 1 ms } }");

        var services = host.Services.GetRequiredService<IServices>();
        await TestHost.UntilAsync(async () => (await services.GetStatusAsync("loop")).State == ServiceState.Failed, "the new limit holds");
        await host.StopAsync();
    }

    [Fact]
    public async Task Changed_workers_apply_to_the_running_queue_and_jobs_go_on()
    {
        using var gate = new SemaphoreSlim(0);
        var running = 0;
        using var host = await StartAsync(
            "actors.queues.greetings { workers = 1, prefetch = 0 }",
            actors => actors.UseInMemoryStore().AddQueue("greetings", q => q.AddHandler<GatedHandler>()),
            services => services.AddSingleton(new Gate(async () =>
            {
                Interlocked.Increment(ref running);
                await gate.WaitAsync();
            })));
        var jobs = host.Services.GetRequiredService<IJobs>();
        await jobs.EnqueueManyAsync([.. Enumerable.Range(0, 8).Select(i => new Greet($"{i}"))]);
        await TestHost.UntilAsync(() => Task.FromResult(running == 1), "one runs");

        Write("actors.queues.greetings { workers = 4, prefetch = 0 }");
        await TestHost.UntilAsync(() => Task.FromResult(running == 4), "four run");
        (await jobs.GetQueueAsync("greetings")).Workers.ShouldBe(4);

        gate.Release(8);
        await TestHost.UntilAsync(async () => (await jobs.GetQueueAsync("greetings")).Succeeded == 8, "all are done");
        running.ShouldBe(8);
        await host.StopAsync();
    }

    [Fact]
    public async Task Schedules_are_added_changed_retired_and_as_in_the_code_again()
    {
        using var host = await StartAsync(
            "actors.schedules { in-code.schedule = \"daily at 07:00\", gone { schedule = \"@daily\", job = greet } }",
            actors => actors.UseInMemoryStore().AddQueue("greetings", q => q.AddHandler<GatedHandler>()).AddSchedule("in-code", "daily at 08:00", new Greet("x")),
            services => services.AddSingleton(new Gate(() => Task.CompletedTask)));
        var schedules = host.Services.GetRequiredService<ISchedules>();
        await schedules.SetAsync(ScheduleDefinition.Of("mine", "@hourly", new Greet("y")));
        await schedules.PauseAsync("in-code", "stays so");

        Write("actors.schedules { in-code.schedule = \"daily at 06:00\", new { schedule = \"@weekly\", job = greet } }");
        await UntilListedAsync("gone @daily Retired, in-code daily at 06:00 Paused, mine @hourly Active, new @weekly Active");
        await TestHost.UntilAsync(() => Task.FromResult(_log.Has(5005)), "it is told");
        _log.ShouldContain(5005, "applies: actors.schedules.gone.job, actors.schedules.gone.schedule, actors.schedules.in-code.schedule, actors.schedules.new.job");

        Write("actors.schedules.in-code.schedule = \"daily at 26:00\"");
        await TestHost.UntilAsync(() => Task.FromResult(_log.Has(5008)), "it is refused");
        await UntilListedAsync("gone @daily Retired, in-code daily at 06:00 Paused, mine @hourly Active, new @weekly Active");

        Write("# nothing");
        await UntilListedAsync("gone @daily Retired, in-code daily at 08:00 Paused, mine @hourly Active, new @weekly Retired");
        await host.StopAsync();

        Task UntilListedAsync(string all) => TestHost.UntilAsync(
            async () => string.Join(", ", (await schedules.ListAsync()).Select(s => $"{s.Name} {s.Schedule} {s.State}")) == all, all);
    }

    [Fact]
    public async Task A_changed_log_level_applies()
    {
        using var host = await StartAsync("Logging.LogLevel.Default = Warning", _ => { });
        var logger = host.Services.GetRequiredService<ActorSystem>().LoggerFactory.CreateLogger("Actors.Shop");
        logger.IsEnabled(LogLevel.Debug).ShouldBeFalse();

        Write("Logging.LogLevel.Default = Debug");

        await TestHost.UntilAsync(() => Task.FromResult(logger.IsEnabled(LogLevel.Debug)), "the new level holds");
        await host.StopAsync();
    }

    [Fact]
    public async Task A_bad_file_is_refused_whole_with_its_carets_and_the_next_good_one_applies()
    {
        using var host = await StartAsync("actors.services.loop.incidents = 7", actors => actors.AddService("loop", Bodies.ForEver));

        Write("actors.services.loop.stop-timeout = 3 s\nactors.services.loop.incidents = = 9\n");

        await TestHost.UntilAsync(() => Task.FromResult(_log.Has(5008)), "it is refused");
        _log.ShouldContain(
            5008,
            """
            shop.conf:2:34: Unexpected '=' in a value.
                2 | actors.services.loop.incidents = = 9
                  |                                  ^
            """);
        host.Services.GetRequiredService<IConfiguration>()["actors:services:loop:incidents"].ShouldBe("7");

        Write("actors.services.loop.incidents = 9");
        await TestHost.UntilAsync(() => Task.FromResult(_log.Has(5005)), "the repaired one applies");
        _log.ShouldContain(5005, "applies: actors.services.loop.incidents");
        await host.StopAsync();
    }

    [Fact]
    public async Task A_file_with_one_wrong_setting_changes_nothing_in_the_tree()
    {
        var runs = 0;
        using var host = await StartAsync(
            "actors.services.loop.restart.backoff { min = 1 ms, max = 1 ms }",
            actors => actors.AddService("loop", (_, _) =>
            {
                Interlocked.Increment(ref runs);
                throw new InvalidOperationException("no");
            }));

        Write("actors.services.loop.restart { max-restarts = 0, backoff { min = 1 ms, max = 1 ms } }\nactors.services.loop.stop-timout = 3 s\nLogging.LogLevel.Default = Debug");

        await TestHost.UntilAsync(() => Task.FromResult(_log.Has(5008)), "it is refused");
        _log.ShouldContain(
            5008,
            """
            shop.conf:2:1: unknown key 'actors.services.loop.stop-timout'
                2 | actors.services.loop.stop-timout = 3 s
                  | ^
                  = did you mean 'stop-timeout'?
            """);
        var before = runs;
        await TestHost.UntilAsync(() => Task.FromResult(runs > before + 5), "it goes on as before");
        host.Services.GetRequiredService<IConfiguration>()["Logging:LogLevel:Default"].ShouldBeNull("a file is refused whole, for whoever reads it");

        Write("Logging.LogLevel.Default = Debug\nactors.services.loop.restart.backoff { min = 1 ms, max = 1 ms }");
        await TestHost.UntilAsync(() => Task.FromResult(host.Services.GetRequiredService<IConfiguration>()["Logging:LogLevel:Default"] == "Debug"), "the repaired one applies");
        await host.StopAsync();
    }

    [Fact]
    public async Task What_only_a_start_can_apply_is_told()
    {
        using var host = await StartAsync("actors.ask-timeout = 5 s", _ => { });

        Write("actors.ask-timeout = 7 s");

        await TestHost.UntilAsync(() => Task.FromResult(_log.Has(5006)), "it is told");
        _log.ShouldContain(5006, "These settings have changed and apply at the next start: actors.ask-timeout");
        await host.StopAsync();
    }

    [Fact]
    public async Task The_host_gives_a_longer_stop_its_time()
    {
        using var host = await StartAsync("actors.services.loop.stop-timeout = 1 s", actors => actors.AddService("loop", Bodies.ForEver));

        Write("actors.services.loop.stop-timeout = 5 minutes");

        await TestHost.UntilAsync(() => Task.FromResult(_log.Has(5005)), "it applies");
        host.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout.ShouldBeGreaterThan(TimeSpan.FromMinutes(5));
        await host.StopAsync();
    }

    [Fact]
    public async Task A_file_that_is_deleted_leaves_its_settings()
    {
        using var host = await StartAsync(
            "actors.queues.greetings.workers = 9", actors => actors.UseInMemoryStore().AddQueue("greetings", q => q.Workers(3)));
        var configuration = host.Services.GetRequiredService<IConfiguration>();
        var reloaded = false;
        using var registration = configuration.GetReloadToken().RegisterChangeCallback(_ => reloaded = true, null);

        System.IO.File.Delete(File);

        await TestHost.UntilAsync(() => Task.FromResult(reloaded), "the file was missed");
        configuration["actors:queues:greetings:workers"].ShouldBe("9");
        (await host.Services.GetRequiredService<IJobs>().GetQueueAsync("greetings")).Workers.ShouldBe(9);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_setting_that_is_taken_out_of_the_file_is_again_as_in_the_code()
    {
        using var host = await StartAsync(
            "actors.queues.greetings.workers = 9", actors => actors.UseInMemoryStore().AddQueue("greetings", q => q.Workers(3)));
        var jobs = host.Services.GetRequiredService<IJobs>();
        (await jobs.GetQueueAsync("greetings")).Workers.ShouldBe(9);

        Write("# nothing");

        await TestHost.UntilAsync(async () => (await jobs.GetQueueAsync("greetings")).Workers == 3, "the setting of the code holds");
        await host.StopAsync();
    }

    private async Task<IHost> StartAsync(string hocon, Action<ActorsBuilder> actors, Action<IServiceCollection>? services = null)
    {
        Write(hocon);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = _folder });
        builder.Configuration.AddHoconFile("shop.conf", optional: false, reloadOnChange: true);
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging")).AddProvider(_log);
        services?.Invoke(builder.Services);
        builder.Services.AddActors("test", actors);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    /// <summary>In one step, as editors and deployments do it.</summary>
    private void Write(string hocon)
    {
        System.IO.File.WriteAllText(File + ".new", hocon);
        System.IO.File.Move(File + ".new", File, overwrite: true);
    }

    internal sealed record Gate(Func<Task> PassAsync);

    internal sealed class GatedHandler(Gate gate) : IJobHandler<Greet>
    {
        public Task HandleAsync(Greet job, JobContext context, CancellationToken cancellationToken) => gate.PassAsync();
    }

    private sealed class LogLines : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<(int Id, string Text)> _lines = new();

        public bool Has(int id) => _lines.Any(line => line.Id == id);

        public void ShouldContain(int id, string text) => _lines.ShouldContain(
            line => line.Id == id && line.Text.Contains(text, StringComparison.Ordinal), string.Join('\n', _lines.Where(line => line.Id == id)));

        public ILogger CreateLogger(string categoryName) => this;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue((eventId.Id, formatter(state, exception)));

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Dispose()
        {
        }
    }
}
