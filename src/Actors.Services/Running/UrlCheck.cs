using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Actors.Services.Running;

/// <summary>One look at a URL: a tick that throws when it is not healthy.</summary>
internal sealed class UrlCheck(UrlOptions options) : ITick
{
    private const int MaxRead = 64 * 1024;

    // Connections are made anew from time to time, because names get other addresses.
    private static readonly SocketsHttpHandler Shared = new() { PooledConnectionLifetime = TimeSpan.FromMinutes(2), UseCookies = false };

    private readonly HttpClient _client = new(options.Handler ?? Shared, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly Uri _url = new(options.Url);

    /// <summary>Such as <c>https://bank.example/health</c>: what is secret stands in the parts that are left out.</summary>
    private string Name => $"{_url.Scheme}://{_url.Authority}{_url.AbsolutePath}";

    public async Task TickAsync(ServiceContext context, CancellationToken cancellationToken)
    {
        var begun = context.TimeProvider.GetTimestamp();
        using var limit = new CancellationTokenSource(options.Timeout, context.TimeProvider);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var status = await CheckAsync(context.Name, both.Token);
            context.Report(string.Create(
                CultureInfo.InvariantCulture,
                $"{status} in {TimeText.Of(context.TimeProvider.GetElapsedTime(begun))}, looked at {TimeText.Of(context.TimeProvider.GetUtcNow())}"));
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new UrlCheckException(context.Name, null, $"GET {Name}: no answer within {TimeText.Of(options.Timeout)} (timeout).");
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            throw new UrlCheckException(context.Name, null, $"GET {Name}: {Reason(fault)}.");
        }
    }

    /// <returns>The status in words.</returns>
    private async Task<string> CheckAsync(string service, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _url);
        foreach (var (name, value) in options.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        var code = (int)response.StatusCode;
        var status = string.Create(CultureInfo.InvariantCulture, $"{code} {response.ReasonPhrase}").TrimEnd();
        if (options.Status.Count == 0 ? code is < 200 or > 299 : !options.Status.Contains(code))
        {
            throw new UrlCheckException(service, code, $"GET {Name}: answered {status}, expected {(options.Status.Count == 0 ? "200 to 299" : string.Join(", ", options.Status))}.");
        }

        if (options.Contains is { } text && !(await ReadAsync(response, cancellationToken)).Contains(text, StringComparison.Ordinal))
        {
            throw new UrlCheckException(service, code, $"GET {Name}: answered {status} without the text '{text}'.");
        }

        return status;
    }

    private static async Task<string> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var bytes = new byte[MaxRead];
        var length = await stream.ReadAtLeastAsync(bytes, MaxRead, throwOnEndOfStream: false, cancellationToken);
        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    /// <summary>The innermost says it: <c>Connection refused</c>.</summary>
    private static string Reason(Exception fault) => fault.GetBaseException() switch
    {
        SocketException socket => socket.Message,
        var cause => cause.Message.TrimEnd('.', ' '),
    };
}
