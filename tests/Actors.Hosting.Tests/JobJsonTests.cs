using System.Collections.Concurrent;
using System.Text.Json.Serialization;
using Actors.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Actors.Hosting.Tests;

public sealed partial class JobJsonTests
{
    [Fact]
    public async Task Arguments_are_written_and_read_by_a_source_generated_context()
    {
        var diary = new ConcurrentQueue<string>();
        using var host = TestHost.Create(
            actors => actors
                .UseInMemoryStore()
                .UseJobJson(GreetJson.Default.Options)
                .AddQueue("greetings", queue => queue.AddHandler<GreetHandler>())
                .AddSchedule("often", "every 1 h", new Greet("the hour")),
            services: services => services.AddSingleton(diary));
        await host.StartAsync();

        var jobs = host.Services.GetRequiredService<IJobs>();
        var id = await jobs.EnqueueAsync(new Greet("generated"));
        await TestHost.UntilAsync(async () => (await jobs.GetAsync(id)).State == JobState.Succeeded, "the job has succeeded");
        await TestHost.UntilAsync(async () => await jobs.History.FindAsync(id, default) is not null, "it is in the history");
        System.Text.Encoding.UTF8.GetString((await jobs.History.FindAsync(id, default)).ShouldNotBeNull().Args.Span).ShouldBe("""{"NAME":"generated"}""");
        diary.ShouldBe(["Hello generated"]);
        await host.StopAsync();
    }

    [Fact]
    public void A_job_that_is_missing_in_it_is_a_fault_of_the_start() => TestHost.Faults(actors => actors
        .UseInMemoryStore()
        .UseJobJson(OtherJson.Default.Options)
        .AddQueue("greetings", queue => queue.AddHandler<GreetHandler>())).ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            fault => fault.ShouldStartWith("Queue 'greetings': "),
            fault => fault.ShouldContain("Actors.Hosting.Tests.Greet"),
            fault => fault.ShouldContain("JsonSerializableAttribute"));

    // The names in capitals tell that it was used.
    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseUpper)]
    [JsonSerializable(typeof(Greet))]
    private sealed partial class GreetJson : JsonSerializerContext;

    [JsonSerializable(typeof(string))]
    private sealed partial class OtherJson : JsonSerializerContext;
}
