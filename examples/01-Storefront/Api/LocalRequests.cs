using System.Net;

namespace Storefront.Api;

/// <summary>
/// Lets in only what this machine asks, and only what was meant: any page in a browser can make it post a form to 127.0.0.1, so
/// commands must not look like forms and must not come from other sites. The Host header is checked by AllowedHosts in appsettings.json.
/// </summary>
internal static class LocalRequests
{
    public static void UseLocalRequestsOnly(this WebApplication app) => app.Use(async (context, next) =>
    {
        if (Refusal(context) is var (status, sentence))
        {
            await Faults.Answer(status, sentence).ExecuteAsync(context);
            return;
        }

        await next(context);
    });

    private static (int Status, string Sentence)? Refusal(HttpContext context)
    {
        var request = context.Request;
        if (context.Connection.RemoteIpAddress is { } remote && !IPAddress.IsLoopback(remote))
        {
            return (StatusCodes.Status403Forbidden, "This shop answers only the machine that it runs on.");
        }

        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        {
            return null;
        }

        var origin = request.Headers.Origin.ToString();
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if ((origin.Length > 0 && origin != $"{request.Scheme}://{request.Host}") || (site.Length > 0 && site is not ("same-origin" or "none")))
        {
            return (StatusCodes.Status403Forbidden, "This shop takes no commands from the pages of other sites.");
        }

        return request.ContentType is not null && !request.HasJsonContentType()
            ? (StatusCodes.Status415UnsupportedMediaType, $"'{request.ContentType}' is not taken. Send JSON, with the header 'Content-Type: application/json'.")
            : null;
    }
}
