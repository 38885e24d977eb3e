using System.Collections.Concurrent;
using Actors.Jobs;
using Actors.Services;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Actors.Hosting.Tests;

public sealed class AddActorsTests
{
    [Fact]
    public async Task Services_queues_and_actors_live_as_long_as_the_host()
    {
        using var host = TestHost.Create(
            actors => actors
                .UseInMemoryStore()
                .AddService("loop", Bodies.ForEver)
                .AddQueue("greetings", queue => queue.AddHandler<GreetHandler>())
                .AddActor<Counter>("counter"),
            services: container => container.AddSingleton(new ConcurrentQueue<string>()));
        await host.StartAsync();

        var services = host.Services.GetRequiredService<IServices>();
        await TestHost.UntilAsync(async () => (await services.GetServicesAsync()).All(service => service.State == ServiceState.Running), "all run");
        (await services.GetServicesAsync()).Select(service => service.Name).ShouldBe(["greetings", "loop"]);
        var counter = host.Services.GetRequiredService<IRequiredActor<Counter>>().ActorRef;
        counter.Path.Local.ShouldBe("/user/counter");
        (await counter.AskAsync(new Counter.Increment())).ShouldBe(1);

        var system = host.Services.GetRequiredService<ActorSystem>();
        await host.StopAsync();
        (await system.WhenTerminated).ShouldBeNull();
    }

    [Fact]
    public async Task A_job_is_handled_by_a_class_that_the_container_makes()
    {
        var diary = new ConcurrentQueue<string>();
        using var host = TestHost.Create(
            actors => actors.UseInMemoryStore().AddQueue("greetings", queue => queue.AddHandler<GreetHandler>()),
            services: services => services.AddSingleton(diary));
        await host.StartAsync();

        var jobs = host.Services.GetRequiredService<IJobs>();
        var id = await jobs.EnqueueAsync(new Greet("world"));
        await TestHost.UntilAsync(async () => (await jobs.GetAsync(id)).State == JobState.Succeeded, "the job has succeeded");

        diary.ShouldBe(["Hello world"]);
        await host.StopAsync();
    }

    [Fact]
    public async Task Jobs_survive_in_a_file_that_begins_at_the_content_root()
    {
        var folder = Directory.CreateTempSubdirectory("hosting-").FullName;
        JobId id;
        using (var first = TestHost.Create(
            actors => actors.UseSqlite("Data Source=jobs.db").AddQueue("greetings"), "actors.services.greetings.autostart = off", contentRoot: folder))
        {
            await first.StartAsync();
            id = await first.Services.GetRequiredService<IJobs>().EnqueueAsync(new Greet("later"));
            await first.StopAsync();
        }

        File.Exists(Path.Combine(folder, "jobs.db")).ShouldBeTrue();
        using (var second = TestHost.Create(
            actors => actors.UseSqlite("jobs.db").AddQueue("greetings", queue => queue.AddHandler<GreetHandler>()),
            services: container => container.AddSingleton(new ConcurrentQueue<string>()),
            contentRoot: folder))
        {
            await second.StartAsync();
            var jobs = second.Services.GetRequiredService<IJobs>();
            await TestHost.UntilAsync(async () => (await jobs.GetAsync(id)).State == JobState.Succeeded, "the job has succeeded");
            await second.StopAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task What_starts_with_the_host_says_so_when_it_is_used_before()
    {
        using var host = TestHost.Create(actors => actors.UseInMemoryStore().AddQueue("greetings").AddActor<Counter>("counter"));
        var services = host.Services.GetRequiredService<IServices>();
        var jobs = host.Services.GetRequiredService<IJobs>();
        var counter = host.Services.GetRequiredService<IRequiredActor<Counter>>();

        (await Should.ThrowAsync<InvalidOperationException>(() => services.GetServicesAsync()))
            .Message.ShouldBe("The services of 'test' are not started yet: they start with the host. Use them in a request, a service or a job, or after app.StartAsync().");
        (await Should.ThrowAsync<InvalidOperationException>(() => jobs.EnqueueAsync(new Greet("nobody"))))
            .Message.ShouldStartWith("The queues of 'test' are not started yet");
        Should.Throw<InvalidOperationException>(() => counter.ActorRef).Message.ShouldStartWith("Actor 'Counter' is not started yet");
    }

    [Fact]
    public async Task What_was_not_added_says_how_to_add_it()
    {
        using var host = TestHost.Create(actors => actors.AddService("loop", Bodies.ForEver));
        await host.StartAsync();

        (await Should.ThrowAsync<InvalidOperationException>(() => host.Services.GetRequiredService<IJobs>().EnqueueAsync(new Greet("nobody"))))
            .Message.ShouldBe("'test' has no queues. Add one with actors.AddQueue(\"default\", …).");
        Should.Throw<InvalidOperationException>(() => host.Services.GetRequiredService<IRequiredActor<Counter>>().ActorRef)
            .Message.ShouldBe("There is no actor 'Counter'. Add it with actors.AddActor<Counter>(\"…\").");
        await host.StopAsync();
    }

    [Fact]
    public void A_host_has_one_actor_system()
    {
        var services = new ServiceCollection().AddActors("one", _ => { });

        Should.Throw<InvalidOperationException>(() => services.AddActors("two", _ => { })).Message.ShouldContain("(the second time for 'two')");
    }

    [Fact]
    public void The_clock_of_the_container_is_the_clock_of_the_system()
    {
        var clock = new TestKit.VirtualTime();
        using var host = TestHost.Create(_ => { }, services: services => services.AddSingleton<TimeProvider>(clock));

        host.Services.GetRequiredService<ActorSystem>().TimeProvider.ShouldBeSameAs(clock);
        using var other = TestHost.Create(_ => { });
        other.Services.GetRequiredService<TimeProvider>().ShouldBeSameAs(TimeProvider.System);
    }
}
