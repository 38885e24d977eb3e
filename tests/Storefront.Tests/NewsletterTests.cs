using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Storefront.Tests;

public sealed class NewsletterTests : IDisposable
{
    private readonly ShopFolder _folder = new();

    [Fact]
    public async Task A_newsletter_reaches_each_reader_once_however_often_the_shop_is_killed_meanwhile()
    {
        var id = Guid.CreateVersion7();
        string[] readers = [.. Enumerable.Range(0, 120).Select(reader => $"reader{reader}@{"abc"[reader % 3]}.example")];
        var output = "";
        for (var kill = 1; kill <= 3; kill++)
        {
            await using var shop = await ShopProcess.StartAsync(_folder);
            (await SendAsync(shop.Client, id, readers)).Status.ShouldBe(HttpStatusCode.Accepted);
            var some = kill * readers.Length / 5;
            await ShopClient.UntilAsync("some are sent", () => Task.FromResult(_folder.Messages().Length >= some));
            shop.Kill();
            output += shop.Output;
        }

        await using var last = await ShopProcess.StartAsync(_folder);
        await ShopClient.UntilAsync("all are sent", async () => (await last.Client.GetAsync($"/api/newsletters/{id}")).Body["completedAt"] is not null);
        var sent = (await last.Client.GetAsync($"/api/newsletters/{id}")).Body;
        ShopClient.Number(sent, "succeeded").ShouldBe(readers.Length);
        ShopClient.Number(sent, "failed").ShouldBe(0);
        _folder.Messages().Select(message => File.ReadAllLines(message).Single(line => line.StartsWith("To: ", StringComparison.Ordinal))[4..])
            .ShouldBe(readers, ignoreOrder: true);
        await ShopClient.UntilAsync("the report is made", () => Task.FromResult((output + last.Output).Contains("Newsletter 'Spring': 120 of 120 sent, 0 could not be", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Confirmations_go_out_while_a_newsletter_waits_for_its_rate_and_why_says_so()
    {
        await using var shop = await ShopProcess.StartAsync(_folder);
        var id = Guid.CreateVersion7();
        (await SendAsync(shop.Client, id, [.. Enumerable.Range(0, 900).Select(reader => $"reader{reader}@a.example")])).Status.ShouldBe(HttpStatusCode.Accepted);

        var (_, confirmation) = await shop.Client.OrderAsync();
        await ShopClient.UntilAsync("it is confirmed", async () => await shop.Client.JobStateAsync(confirmation) == "Succeeded");

        ShopClient.Number((await shop.Client.GetAsync($"/api/newsletters/{id}")).Body, "pending").ShouldBeGreaterThan(0, "A rate of 20 a second takes 44 s.");
        var waiting = (await shop.Client.GetAsync("/queues")).Body[0]!; // The first by name.
        ShopClient.Number(waiting, "waiting").ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_reader_that_cannot_be_reached_is_counted_and_the_same_id_means_the_same_newsletter()
    {
        await using var shop = await ShopProcess.StartAsync(_folder);
        var id = Guid.CreateVersion7();
        string[] readers = ["ann@example.com", "bounce@example.com", "Ann@example.com"];
        await SendAsync(shop.Client, id, readers);
        await ShopClient.UntilAsync("all have ended", async () => (await shop.Client.GetAsync($"/api/newsletters/{id}")).Body["completedAt"] is not null);

        var again = await SendAsync(shop.Client, id, readers);
        again.Status.ShouldBe(HttpStatusCode.Accepted);
        ShopClient.Number(again.Body, "expected").ShouldBe(2);
        ShopClient.Number(again.Body, "succeeded").ShouldBe(1);
        ShopClient.Number(again.Body, "failed").ShouldBe(1);
        _folder.Messages().Length.ShouldBe(1);

        var another = await SendAsync(shop.Client, id, ["eve@example.com"]);
        another.Status.ShouldBe(HttpStatusCode.Conflict);
        ShopClient.Text(another.Body, "error").ShouldContain("went to 2 readers, not to 1");
    }

    [Fact]
    public async Task Everything_that_is_wrong_with_a_newsletter_is_named_at_once()
    {
        await using var shop = await ShopProcess.StartAsync(_folder);

        var (status, problem) = await SendAsync(shop.Client, Guid.CreateVersion7(), ["bob", "", "ann@example.com"], subject: "");
        status.ShouldBe(HttpStatusCode.BadRequest);
        problem["errors"]!.AsObject().Select(error => error.Key).ShouldBe(["subject", "to[0]", "to[1]"], ignoreOrder: true);
        ShopClient.Text(problem, "title").ShouldBe("The newsletter was not accepted.");

        var (none, _) = await SendAsync(shop.Client, Guid.CreateVersion7(), []);
        none.ShouldBe(HttpStatusCode.BadRequest);
        using var malformed = await shop.Client.Http.PutAsJsonAsync("/api/newsletters/17", new { });
        malformed.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await shop.Client.GetAsync($"/api/newsletters/{Guid.CreateVersion7()}")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_report_is_asked_for_and_found_as_the_latest_of_its_type()
    {
        await using var shop = await ShopProcess.StartAsync(_folder);
        (await shop.Client.GetAsync("/reports/orders")).Status.ShouldBe(HttpStatusCode.NotFound);
        var (_, order) = await shop.Client.OrderAsync();
        await ShopClient.UntilAsync("it is in the history", async () => await shop.Client.JobStateAsync(order) == "Succeeded");

        var (_, asked) = await shop.Client.PostAsync("/reports/orders");
        await ShopClient.UntilAsync("it is made", async () => (await shop.Client.GetAsync("/reports/orders")).Body["report"] is JsonObject);

        var latest = (await shop.Client.GetAsync("/reports/orders")).Body;
        ShopClient.Text(latest, "job").ShouldBe(ShopClient.Text(asked, "job"));
        ShopClient.Number(latest["report"]!, "failed").ShouldBe(0);
        var why = (await shop.Client.GetAsync($"/jobs/{order}/why")).Body;
        ShopClient.Text(why, "kind").ShouldBe("Finished");
        (await shop.Client.GetAsync("/jobs/17/why")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    public void Dispose() => _folder.Dispose();

    private static Task<(HttpStatusCode Status, JsonNode Body)> SendAsync(ShopClient client, Guid id, IReadOnlyList<string> to, string subject = "Spring") =>
        client.SendAsync(new HttpRequestMessage(HttpMethod.Put, $"/api/newsletters/{id}") { Content = JsonContent.Create(new { subject, text = "It is spring.", to }) });
}
