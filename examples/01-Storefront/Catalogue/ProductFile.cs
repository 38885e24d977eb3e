using System.Collections.Frozen;
using System.Text.Json;

namespace Storefront.Catalogue;

/// <summary>The data file with all products: what a database would be in a larger shop, and as slow to ask.</summary>
public sealed class ProductFile(IHostEnvironment environment)
{
    private readonly string _path = Path.Combine(environment.ContentRootPath, "Catalogue", "products.json");
    private volatile FrozenDictionary<string, Product>? _bySku;

    /// <summary>Reads every product from the file.</summary>
    public async Task<IReadOnlyCollection<Product>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(_path);
        var products = await JsonSerializer.DeserializeAsync<Product[]>(file, JsonSerializerOptions.Web, cancellationToken)
            ?? throw new InvalidDataException($"'{_path}' holds no products: it must be a JSON array.");
        _bySku = products.ToFrozenDictionary(product => product.Sku);
        return products;
    }

    /// <summary>One product as it was in the file when that was read last; null when there is none.</summary>
    public async ValueTask<Product?> FindAsync(string sku, CancellationToken cancellationToken)
    {
        if (_bySku is null)
        {
            await ReadAsync(cancellationToken);
        }

        return _bySku!.GetValueOrDefault(sku); // Reading it sets it.
    }
}
