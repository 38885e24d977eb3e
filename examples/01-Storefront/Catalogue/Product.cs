namespace Storefront.Catalogue;

public sealed record Product(string Sku, string Name, decimal Price, double Rating, int Sales);
