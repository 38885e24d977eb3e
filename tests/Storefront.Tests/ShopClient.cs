using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Storefront.Tests;

/// <summary>Speaks HTTP with a shop.</summary>
public sealed class ShopClient(Uri address) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    public HttpClient Http { get; } = new() { BaseAddress = address };

    public Task<(HttpStatusCode Status, JsonNode Body)> GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path));

    public Task<(HttpStatusCode Status, JsonNode Body)> PostAsync(string path, string? json = null, string contentType = "application/json") =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = json is null ? null : new StringContent(json, Encoding.UTF8, contentType) });

    public async Task<(HttpStatusCode Status, JsonNode Body)> SendAsync(HttpRequestMessage request)
    {
        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        try
        {
            return (response.StatusCode, JsonNode.Parse(text) ?? new JsonObject());
        }
        catch (JsonException)
        {
            return (response.StatusCode, JsonValue.Create(text));
        }
    }

    /// <summary>Orders something, and expects it to be accepted.</summary>
    public async Task<(string OrderId, string JobId)> OrderAsync(string email = "bob@example.com")
    {
        using var response = await Http.PostAsJsonAsync("/api/orders", new { email, lines = new[] { new { sku = "P-0007", quantity = 2 } } });
        var body = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted, body);
        var accepted = JsonNode.Parse(body)!; // It is JSON.
        return (Text(accepted, "orderId"), Text(accepted, "jobId"));
    }

    public async Task<string> JobStateAsync(string jobId) => Text((await GetAsync($"/jobs/{jobId}")).Body, "state");

    public async Task<string> ServiceStateAsync(string service) => Text((await GetAsync($"/services/{service}")).Body, "state");

    public async Task<JsonNode> EmailsAsync() => (await GetAsync("/queues")).Body[0]!; // The first by name.

    public static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();

    public static long Number(JsonNode node, string name) => node[name]!.GetValue<long>();

    /// <summary>Asks again and again until the answer is yes.</summary>
    public static async Task UntilAsync(string what, Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await isSo())
        {
            patience.IsCancellationRequested.ShouldBeFalse($"Waited {Patience.TotalSeconds} s in vain until {what}.");
            await Task.Delay(Pause);
        }
    }

    public void Dispose() => Http.Dispose();
}
