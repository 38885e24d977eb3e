using System.Net;

namespace Storefront.Tests;

public sealed class FeaturedProductsTests : IDisposable
{
    private readonly ShopFolder _folder = new();

    [Fact]
    public async Task The_featured_products_come_from_memory_once_they_are_warm()
    {
        await using var shop = await ShopProcess.StartAsync(_folder, "--actors:services:cache-warmer:initial-delay=2s");

        var (cold, error) = await shop.Client.GetAsync("/api/products/featured");
        cold.ShouldBe(HttpStatusCode.ServiceUnavailable);
        ShopClient.Text(error, "error").ShouldBe("The featured products are not in memory yet. Ask again in a few seconds.");

        await ShopClient.UntilAsync("they are warm", async () => (await shop.Client.GetAsync("/api/products/featured")).Status == HttpStatusCode.OK);
        shop.Output.ShouldContain("Warmed the cache: the best 20 of 520 products, for 120 s");

        File.Delete(_folder.File("Catalogue/products.json"));
        var (warm, featured) = await shop.Client.GetAsync("/api/products/featured");
        warm.ShouldBe(HttpStatusCode.OK);
        ShopClient.Number(featured, "count").ShouldBe(20);
        featured["products"]!.AsArray().Count.ShouldBe(20);
        featured["products"]!.AsArray().Select(product => product!["rating"]!.GetValue<double>()).ShouldBeInOrder(SortDirection.Descending);
    }

    public void Dispose() => _folder.Dispose();
}
