using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Storefront.Orders;

namespace Storefront.Api;

internal static class ApiServices
{
    private const int MaxBodyBytes = 64 * 1024;

    public static void AddShopApi(this IServiceCollection services)
    {
        services.AddSingleton<OrderDesk>();
        services.AddProblemDetails();
        services.AddExceptionHandler<Faults>();
        services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MaxRequestBodySize = MaxBodyBytes);
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.Converters.Add(new JsonStringEnumConverter()));
    }
}
