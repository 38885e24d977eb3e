namespace Storefront.Catalogue;

/// <summary>The featured products in memory, until they are too old to be shown.</summary>
public sealed class FeaturedProducts(TimeProvider time)
{
    private volatile Entry? _entry;

    /// <summary>Null before they are set, and again when they have expired.</summary>
    public IReadOnlyList<Product>? Current => _entry is { } entry && time.GetUtcNow() < entry.ExpiresAt ? entry.Products : null;

    public void Set(IReadOnlyList<Product> products, TimeSpan timeToLive) => _entry = new Entry(products, time.GetUtcNow() + timeToLive);

    private sealed record Entry(IReadOnlyList<Product> Products, DateTimeOffset ExpiresAt);
}
