using System.Globalization;
using Storefront.Catalogue;
using Storefront.Mail;

namespace Storefront.Orders;

/// <summary>Checks orders as they arrive, and names everything that is wrong with one, not only the first thing.</summary>
public sealed class OrderDesk(ProductFile products)
{
    private const int MaxLines = 100;
    private const int MaxQuantity = 1000;

    /// <summary>The order, or what is wrong, by the name of the member.</summary>
    public async Task<(Order? Order, IReadOnlyDictionary<string, string[]> Faults)> CheckAsync(
        OrderRequest request, CancellationToken cancellationToken)
    {
        var faults = new Dictionary<string, string[]>();
        if (EmailFault(request.Email) is { } fault)
        {
            faults["email"] = [fault];
        }

        var lines = await CheckLinesAsync(request.Lines ?? [], faults, cancellationToken);
        return faults.Count == 0
            ? (new Order(Guid.CreateVersion7().ToString(), request.Email!, lines), faults) // A missing address is a fault.
            : (null, faults);
    }

    private static string? EmailFault(string? email) => email switch
    {
        null or "" => "An order needs an email address to confirm it to.",
        _ => EmailAddress.Fault(email),
    };

    private async Task<IReadOnlyList<OrderLine>> CheckLinesAsync(
        IReadOnlyList<OrderRequest.Line?> lines, Dictionary<string, string[]> faults, CancellationToken cancellationToken)
    {
        if (lines.Count is 0 or > MaxLines)
        {
            faults["lines"] = [$"An order has 1 to {MaxLines} lines, this one has {lines.Count}."];
            return [];
        }

        var good = new List<OrderLine>(lines.Count);
        for (var i = 0; i < lines.Count; i++)
        {
            var product = lines[i]?.Sku is { Length: > 0 } sku ? await products.FindAsync(sku, cancellationToken) : null;
            if (product is null)
            {
                faults[$"lines[{i}].sku"] = [lines[i]?.Sku is { Length: > 0 } unknown
                    ? $"There is no product '{Shown(unknown)}'. Products are called P-0001 and so on."
                    : "A line needs the sku of a product, such as P-0001."];
            }

            var quantity = lines[i]?.Quantity;
            if (quantity is null or < 1 or > MaxQuantity)
            {
                var found = quantity?.ToString(CultureInfo.InvariantCulture) ?? "missing";
                faults[$"lines[{i}].quantity"] = [$"The quantity must be 1 to {MaxQuantity}, but is {found}."];
            }
            else if (product is not null)
            {
                good.Add(new OrderLine(product.Sku, product.Name, quantity.Value, product.Price));
            }
        }

        return good;
    }

    private static string Shown(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
