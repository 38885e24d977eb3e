namespace Actors.Hosting.Tests.Settings;

/// <summary>Which services wait for which, as the configuration says.</summary>
public sealed class DependencyTests
{
    [Theory]
    [InlineData("actors.services.web.depends-on = [db, emails]")]
    [InlineData("actors.services.web.depends-on = \"db, emails\"")]
    public void Dependencies_are_a_list(string hocon)
    {
        using var host = TestHost.Create(
            actors => actors.UseInMemoryStore().AddQueue("emails").AddService("db", Bodies.ForEver).AddService("web", Bodies.ForEver), hocon);

        host.Services.Settings().Services.Single(service => service.Name == "web").Options.DependsOn.ShouldBe(["db", "emails"]);
    }

    [Fact]
    public void Unknown_ones_and_circles_are_faults_like_all_others() => TestHost.Faults(
        actors => actors.AddService("db", Bodies.ForEver, options => options.DependsOn = ["web"]).AddService("web", Bodies.ForEver),
        "actors.services { db.depends-on = [web], web.depends-on = [db, cash] }").Select(fault => fault.ToString()!.Split('.')[0]).ShouldBe(
            ["Service 'web' depends on 'cash'", "Services depend on each other in a circle, so none of them could be started: db -> web -> db"]);
}
