using System.Text.Json;

namespace Storefront.Api;

/// <summary>Reads what customers send, or says where it cannot be read.</summary>
internal static class JsonBody
{
    /// <param name="request">The request.</param>
    /// <param name="what">What it is to be, with its article: an order.</param>
    /// <param name="sample">What one looks like.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>What was read, null when it is the JSON null; or the answer that refuses it.</returns>
    public static async Task<(T? Value, IResult? Refusal)> ReadAsync<T>(HttpRequest request, string what, string sample, CancellationToken cancellationToken)
        where T : class
    {
        if (!request.HasJsonContentType())
        {
            return (null, Faults.Answer(StatusCodes.Status415UnsupportedMediaType, $"Send the {Noun(what)} as JSON, with the header 'Content-Type: application/json'."));
        }

        try
        {
            return (await request.ReadFromJsonAsync<T>(cancellationToken), null);
        }
        catch (JsonException fault)
        {
            var where = fault.Path is null or "$" ? "body" : fault.Path.TrimStart('$', '.');
            return (null, Refuse(what, new Dictionary<string, string[]>
            {
                [where] = [$"Line {fault.LineNumber + 1}, position {fault.BytePositionInLine + 1}: this cannot be read as {what}. One looks like {sample}"],
            }));
        }
    }

    public static IResult Refuse(string what, IEnumerable<KeyValuePair<string, string[]>> faults) =>
        Results.ValidationProblem(faults, title: $"The {Noun(what)} was not accepted.");

    private static string Noun(string what) => what[(what.IndexOf(' ') + 1)..];
}
