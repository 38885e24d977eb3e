using Actors.Services;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Actors.Hosting.Tests.Settings;

/// <summary>Groups of services, as code and configuration say.</summary>
public sealed class GroupTests
{
    [Fact]
    public async Task A_group_of_the_configuration_is_restarted_together()
    {
        using var host = TestHost.Create(
            actors => actors.AddService("db", Bodies.ForEver).AddService("web", Bodies.ForEver),
            "actors.groups.shop { strategy = rest-for-one, services = [db, web] }");
        await host.StartAsync(TestContext.Current.CancellationToken);

        (await host.Services.GetRequiredService<IServices>().GetServicesAsync(cancellationToken: TestContext.Current.CancellationToken))
            .ShouldAllBe(status => status.Group == "shop");
        host.Services.Settings().Groups.Single().Strategy.ShouldBe(GroupStrategy.RestForOne);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void What_the_configuration_says_of_a_group_of_the_code_wins()
    {
        using var host = TestHost.Create(
            actors => actors.AddService("db", Bodies.ForEver).AddService("web", Bodies.ForEver).AddGroup("shop", GroupStrategy.AllForOne, "db"),
            "actors.groups.shop.services = [web, db]");

        var group = host.Services.Settings().Groups.Single();
        group.Strategy.ShouldBe(GroupStrategy.AllForOne);
        group.Services.ShouldBe(["web", "db"]);
    }

    [Fact]
    public void Faults_in_groups_are_told_with_all_others() => TestHost.Faults(
        actors => actors.AddService("db", Bodies.ForEver).AddService("web", Bodies.ForEver),
        """
        actors.groups {
          x { strategy = one-for-al, services = [web, dv] }
          y { servces = [db] }
          z { services = [web] }
        }
        """).ShouldBe(
            [
                "test.conf:2:18: 'actors.groups.x.strategy = one-for-al' must be one of one-for-one, all-for-one, rest-for-one.",
                "test.conf:3:7: unknown key 'actors.groups.y.servces'; did you mean 'services'?",
                "test.conf:3:3: Group 'y': it has no services.",
                "Group 'x' has 'dv'. There is no service 'dv'. Did you mean 'db'? Known services: db, web.",
                "Service 'web' is in 2 groups: 'x', 'z'. It may be in one only: take it out of the others.",
            ]);
}
