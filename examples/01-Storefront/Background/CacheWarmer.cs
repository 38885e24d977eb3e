using Actors.Services;
using Storefront.Catalogue;

namespace Storefront.Background;

/// <summary>Keeps the twenty best products in memory, so that no visitor waits for the product file.</summary>
internal sealed class CacheWarmer(ProductFile file, FeaturedProducts featured) : ITick
{
    private const int Count = 20;

    // Twice the interval: one run that fails is not seen by visitors.
    private static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(120);

    public async Task TickAsync(ServiceContext context, CancellationToken cancellationToken)
    {
        var started = context.TimeProvider.GetTimestamp();
        var products = await file.ReadAsync(cancellationToken);
        Product[] best = [.. products.OrderByDescending(product => product.Rating).ThenByDescending(product => product.Sales).Take(Count)];
        featured.Set(best, TimeToLive);
        context.Logger.LogInformation(
            "Warmed the cache: the best {Kept} of {Products} products, for {Seconds} s (took {ElapsedMs:0} ms)",
            best.Length,
            products.Count,
            TimeToLive.TotalSeconds,
            context.TimeProvider.GetElapsedTime(started).TotalMilliseconds);
    }
}
