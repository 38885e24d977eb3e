namespace Actors.Services;

/// <summary>A URL that is checked again and again, and what counts as healthy.</summary>
public sealed record UrlOptions
{
    /// <summary>What is asked for, by GET. Only http and https. Key <c>url</c>.</summary>
    /// <remarks>Messages name it without its query and without a password.</remarks>
    public string Url { get; set; } = "";

    /// <summary>How long one check may take, from the look-up of the name to the last byte that is read.</summary>
    /// <value>Default 10 s; longer than 0, at most 45 days. Key <c>timeout</c>.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The status codes that are healthy.</summary>
    /// <value>Default none: 200 to 299. Redirections are followed first. Key <c>status</c>.</value>
    public IList<int> Status { get; set; } = [];

    /// <summary>A text that the answer must contain in its first 64 KiB. Case matters.</summary>
    /// <value>Default null: whatever it says. Key <c>contains</c>.</value>
    public string? Contains { get; set; }

    /// <summary>Headers that are sent. Keys <c>headers.*</c>.</summary>
    public IDictionary<string, string> Headers { get; set; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>What sends the requests; for tests, proxies and certificates.</summary>
    /// <value>Default null: one for the whole process. Whoever sets it disposes of it.</value>
    public HttpMessageHandler? Handler { get; set; }

    /// <summary>Options of their own, which change no others.</summary>
    public UrlOptions Copy() => this with { Status = [.. Status], Headers = new Dictionary<string, string>(Headers, StringComparer.OrdinalIgnoreCase) };

    /// <summary>Everything that is wrong with them.</summary>
    internal IEnumerable<string> Faults()
    {
        if (!Uri.TryCreate(Url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            yield return Url.Length == 0 ? "url is empty. Say what to check, such as https://example.com/health." : $"url = {Url} must begin with http:// or https://.";
        }

        if (Timeout <= TimeSpan.Zero || Timeout > ServiceOptions.Longest)
        {
            yield return $"timeout = {Running.TimeText.Of(Timeout)} must be longer than 0 and at most 45 days.";
        }

        if (Status.Any(status => status is < 100 or > 599))
        {
            yield return "status must be codes of 100 to 599.";
        }
    }
}
