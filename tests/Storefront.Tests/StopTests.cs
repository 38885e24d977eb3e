namespace Storefront.Tests;

public sealed class StopTests : IDisposable
{
    private readonly ShopFolder _folder = new();

    [Fact]
    public async Task SIGTERM_stops_the_services_in_order_and_the_program_ends_well()
    {
        await using var shop = await ShopProcess.StartAsync(_folder);
        var (_, job) = await shop.Client.OrderAsync();

        (await shop.StopAsync()).ShouldBe(0, shop.Output + shop.Errors);

        string[] expected =
        [
            "Application is shutting down...",
            "Actor system shop is stopping: services in reverse order of their start",
            "The heart stops beating",
            "Actor system shop has stopped",
        ];
        var places = expected.Select(line => shop.Output.IndexOf(line, StringComparison.Ordinal)).ToList();
        places.ShouldAllBe(place => place >= 0, shop.Output);
        places.ShouldBeInOrder();
        shop.Output.ShouldNotContain("ended by itself");
        shop.Errors.ShouldBeEmpty();

        await using var again = await ShopProcess.StartAsync(_folder);
        await ShopClient.UntilAsync("the order is confirmed", async () => await again.Client.JobStateAsync(job) == "Succeeded");
    }

    public void Dispose() => _folder.Dispose();
}
