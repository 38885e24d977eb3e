using System.Text.Json.Serialization;

namespace Storefront.Orders;

/// <summary>An order as it arrives: anything may be missing or wrong. <see cref="OrderDesk"/> makes an order of it.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record OrderRequest(string? Email, IReadOnlyList<OrderRequest.Line?>? Lines)
{
    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
    public sealed record Line(string? Sku, int? Quantity);
}
