using System.Text.Json;
using System.Text.Json.Nodes;

namespace Actors.TestKit.Queues;

/// <summary>Jobs in words: as JSON like that which is stored, and what differs between two of them.</summary>
internal static class JobText
{
    private const int MaxLength = 300;

    public static JsonNode? Json(object job) => JsonSerializer.SerializeToNode(job, job.GetType(), JsonSerializerOptions.Web);

    public static string Of(object job)
    {
        var text = Json(job)?.ToJsonString() ?? "null";
        return text.Length <= MaxLength ? text : text[..MaxLength] + "…";
    }

    /// <summary>A line for each difference: where, what was expected, what is there.</summary>
    public static IReadOnlyList<string> Differences(object expected, object actual)
    {
        var differences = new List<string>();
        Compare("", Json(expected), Json(actual), differences);
        return differences;
    }

    private static void Compare(string path, JsonNode? expected, JsonNode? actual, List<string> differences)
    {
        switch (expected, actual)
        {
            case (JsonObject left, JsonObject right):
                foreach (var name in left.Select(property => property.Key).Union(right.Select(property => property.Key)))
                {
                    Compare(path.Length == 0 ? name : $"{path}.{name}", left[name], right[name], differences);
                }

                break;
            case (JsonArray left, JsonArray right) when left.Count == right.Count:
                for (var i = 0; i < left.Count; i++)
                {
                    Compare($"{path}[{i}]", left[i], right[i], differences);
                }

                break;
            default:
                if (!JsonNode.DeepEquals(expected, actual))
                {
                    differences.Add($"{path}: expected {Text(expected)}, but was {Text(actual)}");
                }

                break;
        }
    }

    private static string Text(JsonNode? node) => node?.ToJsonString() ?? "null";
}
