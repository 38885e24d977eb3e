namespace Storefront.Orders;

/// <summary>An order that has been checked.</summary>
public sealed record Order(string Id, string Email, IReadOnlyList<OrderLine> Lines)
{
    public decimal Total => Lines.Sum(line => line.Price * line.Quantity);
}

public sealed record OrderLine(string Sku, string Name, int Quantity, decimal Price);
