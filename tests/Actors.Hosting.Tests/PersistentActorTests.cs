using Actors.Hosting.Tests.Guides;
using Actors.Jobs;
using Actors.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Actors.Hosting.Tests;

public sealed class PersistentActorTests
{
    [Fact]
    public void A_persistent_actor_without_a_store_is_a_fault_that_says_what_to_do() =>
        TestHost.Faults(actors => actors.AddActor<Cart>("cart")).ShouldBe(
            [
                "Actor 'cart' is a persistent one and needs a store for its events: call UseSqlite(\"Data Source=test.db\"), set 'actors.store.sqlite', or call UseInMemoryStore() if they may be lost.",
            ]);

    [Fact]
    public void Settings_are_read_and_their_faults_named()
    {
        PersistenceOptions? options = null;
        using var host = TestHost.Create(
            actors => actors.UseInMemoryStore().ConfigurePersistence(o => (options = o).PersistTimeout = TimeSpan.FromSeconds(7)),
            "actors.persistence { answer-timeout = 3 s, max-concurrent-recoveries = 5 }");
        host.Services.GetRequiredService<ActorSystem>();
        (options!.PersistTimeout, options.AnswerTimeout, options.MaxConcurrentRecoveries).ShouldBe((TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(3), 5)); // Set above.

        var faults = TestHost.Faults(
            actors => actors.UseInMemoryStore(), "actors.persistence { answer-timeout = soon, max-concurrent-recoveries = 0, persist-timout = 1 s }");
        faults.Count.ShouldBe(3);
        faults.ShouldContain(fault => fault.Contains("max-concurrent-recoveries = 0"));
        faults.ShouldContain(fault => fault.Contains("persist-timout") && fault.Contains("persist-timeout"));
    }

    [Fact]
    public async Task Queues_and_persistent_actors_share_the_store_and_its_one_writer()
    {
        var folder = Directory.CreateTempSubdirectory("hosting-").FullName;
        using (var host = TestHost.Create(
            actors => actors.UseSqlite("Data Source=shop.db").AddQueue("greetings").AddActor<Cart>("cart"),
            "actors.services.greetings.autostart = off",
            contentRoot: folder))
        {
            await host.StartAsync();
            await host.Services.GetRequiredService<IJobs>().EnqueueAsync(new Greet("later"));
            var cart = host.Services.GetRequiredService<IRequiredActor<Cart>>().ActorRef;
            (await cart.AskAsync(new AddItem("P-0001", 2))).IsAccepted.ShouldBeTrue();
            await host.StopAsync();
        }

        Directory.GetFiles(folder, "*.db").Length.ShouldBe(2);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_persistent_actor_that_the_application_starts_itself_uses_the_store_of_the_host()
    {
        using var host = TestHost.Create(actors => actors.UseInMemoryStore());
        await host.StartAsync();
        var cart = host.Services.GetRequiredService<ActorSystem>().ActorOf(Props.Create<Cart>(), "7");
        (await cart.AskAsync(new AddItem("P-0001", 2))).IsAccepted.ShouldBeTrue();
        await host.StopAsync();
    }

    [Fact]
    public async Task A_persistent_actor_gets_its_services_from_the_container()
    {
        using var host = TestHost.Create(
            actors => actors.UseInMemoryStore().AddActor<Pricing>("pricing"), services: services => services.AddSingleton(new PriceList(12)));
        await host.StartAsync();
        (await host.Services.GetRequiredService<IRequiredActor<Pricing>>().ActorRef.AskAsync(new GetPrice())).ShouldBe(12);
        await host.StopAsync();
    }

    private sealed record PriceList(int Price);

    private sealed record GetPrice : IRequest<int>;

    private sealed class Pricing : ReceivePersistentActor
    {
        public Pricing(PriceList prices) => Command<GetPrice>(_ => Sender.Tell(prices.Price, Self));

        public override string PersistenceId => "pricing";
    }
}
