using Actors.Jobs;
using Storefront.Catalogue;
using Storefront.Orders;

namespace Storefront.Api;

/// <summary>What customers use.</summary>
internal static class ShopEndpoints
{
    private const string Sample = """{"email": "bob@example.com", "lines": [{"sku": "P-0001", "quantity": 2}]}""";

    public static void MapShop(this WebApplication app)
    {
        app.MapGet("/api/products/featured", GetFeatured);
        app.MapPost("/api/orders", PostOrderAsync);
    }

    private static IResult GetFeatured(FeaturedProducts featured, HttpResponse response)
    {
        if (featured.Current is { } products)
        {
            return Results.Ok(new { products, count = products.Count });
        }

        response.Headers.RetryAfter = "5";
        return Faults.Answer(StatusCodes.Status503ServiceUnavailable, "The featured products are not in memory yet. Ask again in a few seconds.");
    }

    private static async Task<IResult> PostOrderAsync(HttpRequest request, OrderDesk desk, IJobs jobs, CancellationToken cancellationToken)
    {
        var (received, refusal) = await JsonBody.ReadAsync<OrderRequest>(request, "an order", Sample, cancellationToken);
        if (refusal is not null)
        {
            return refusal;
        }

        var (order, faults) = await desk.CheckAsync(received ?? new OrderRequest(null, null), cancellationToken);
        if (order is null)
        {
            return JsonBody.Refuse("an order", faults);
        }

        // When this returns, the job is on the disk: whatever happens to us, the customer hears from us.
        var job = await jobs.EnqueueAsync(new SendOrderConfirmation(order), cancellationToken: cancellationToken);
        return Results.Accepted($"/jobs/{job}", new { orderId = order.Id, jobId = job, total = order.Total });
    }
}
