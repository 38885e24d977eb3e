using System.Collections.Concurrent;
using Actors.Jobs;
using Actors.Services;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Actors.Hosting.Tests;

public sealed class EnqueueOnlyTests
{
    [Theory, InlineData(true), InlineData(false)]
    public async Task A_web_application_enqueues_and_a_worker_runs_the_jobs_whichever_starts_first(bool isWebFirst)
    {
        var folder = Directory.CreateTempSubdirectory("hosting-").FullName;
        var diary = new ConcurrentQueue<string>();
        using var web = TestHost.Create(
            actors => actors.UseSqlite("Data Source=jobs.db; Shared=true").AddQueue("greetings", queue => queue.EnqueueOnly()), contentRoot: folder);
        using var worker = TestHost.Create(
            actors => actors.UseSqlite("Data Source=jobs.db; Shared=true").AddQueue("greetings", queue => queue.AddHandler<GreetHandler>()),
            services: services => services.AddSingleton(diary),
            contentRoot: folder);
        await (isWebFirst ? web : worker).StartAsync();
        await (isWebFirst ? worker : web).StartAsync();
        (await web.Services.GetRequiredService<IServices>().GetServicesAsync()).ShouldBeEmpty();

        var jobs = web.Services.GetRequiredService<IJobs>();
        var id = await jobs.EnqueueAsync(new Greet("the web"));
        await TestHost.UntilAsync(async () => (await jobs.GetAsync(id)).State == JobState.Succeeded, "the job has succeeded");
        diary.ShouldBe(["Hello the web"]);
        (await jobs.GetQueueAsync("greetings")).IsConsumed.ShouldBeFalse();

        await web.StopAsync();
        await worker.StopAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Its_handlers_are_not_used()
    {
        var diary = new ConcurrentQueue<string>();
        using var host = TestHost.Create(
            actors => actors.UseInMemoryStore().AddQueue("greetings", queue => queue.AddHandler<GreetHandler>().EnqueueOnly()),
            services: services => services.AddSingleton(diary));
        await host.StartAsync();

        var jobs = host.Services.GetRequiredService<IJobs>();
        var id = await jobs.EnqueueAsync(new Greet("nobody"));
        (await jobs.GetAsync(id)).State.ShouldBe(JobState.Waiting);
        (await host.Services.GetRequiredService<IServices>().GetServicesAsync()).ShouldBeEmpty();
        await host.StopAsync();
        diary.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_configuration_of_the_workers_fits_it_and_may_change()
    {
        const string Conf = """
            actors.queues.greetings { workers = 3, jobs.greet.timeout = 30 s }
            actors.services.greetings.restart.max-restarts = 2
            """;
        using var host = TestHost.Create(actors => actors.UseInMemoryStore().AddQueue("greetings", queue => queue.EnqueueOnly()), Conf, later: []);
        await host.StartAsync();
        host.Services.GetRequiredService<IConfiguration>()["actors:queues:greetings:workers"] = "4";
        ((IConfigurationRoot)host.Services.GetRequiredService<IConfiguration>()).Reload();
        await host.Services.GetRequiredService<IJobs>().EnqueueAsync(new Greet("on"));
        await host.StopAsync();
    }

    [Fact]
    public void Its_name_is_taken_all_the_same() => TestHost.Faults(actors => actors
        .UseInMemoryStore()
        .AddQueue("greetings", queue => queue.EnqueueOnly())
        .AddService("greetings", Bodies.ForEver)).ShouldBe(
            ["'greetings' is the name of a service and of a queue, whose consumer is a service of that name. Rename one of them."]);
}
