using System.Net;

namespace Storefront.Tests;

public sealed class OrderTests(RunningShop shop) : IClassFixture<RunningShop>
{
    private const string Good = """{"email":"bob@example.com","lines":[{"sku":"P-0007","quantity":2}]}""";

    private ShopClient Client => shop.Client;

    [Fact]
    public async Task An_order_is_accepted_with_the_address_of_its_job()
    {
        using var response = await Client.Http.PostAsync("/api/orders", new StringContent(Good, null, "application/json"));

        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var location = response.Headers.Location.ShouldNotBeNull().ToString();
        location.ShouldStartWith("/jobs/");
        (await Client.GetAsync(location)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_confirmation_is_a_message_whose_id_is_that_of_the_job()
    {
        var (orderId, jobId) = await Client.OrderAsync("alice@example.com");
        await ClientUntilAsync(jobId, "Succeeded");

        var message = await File.ReadAllTextAsync(shop.Folder.File($"pickup/{jobId}.eml"));
        message.ShouldContain($"Message-ID: <{jobId}@storefront.example>\r\n");
        message.ShouldContain("To: alice@example.com\r\n");
        message.ShouldContain("From: \"Storefront\" <orders@storefront.example>\r\n");
        message.ShouldContain($"Subject: Your order {orderId}\r\n");
        message.ShouldMatch("Date: \\d+ \\w+ \\d{4} [\\d:]{8} [+-]\\d{4}\r\n");
        message.ShouldContain("   2 x ");
        Directory.GetFileSystemEntries(shop.Folder.File("pickup/.drafts")).Where(draft => draft.EndsWith(jobId, StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_rejected_message_is_tried_three_times_and_its_job_fails_with_the_reason()
    {
        var (_, jobId) = await Client.OrderAsync("bounce@example.com");
        await ClientUntilAsync(jobId, "Failed");

        var job = (await Client.GetAsync($"/jobs/{jobId}")).Body;
        ShopClient.Number(job, "attempts").ShouldBe(3);
        ShopClient.Text(job, "error").ShouldStartWith("Storefront.Mail.MailRejectedException: The mail to 'bounce@example.com' was rejected: no such mailbox");
        var took = job["finishedAt"]!.GetValue<DateTimeOffset>() - job["enqueuedAt"]!.GetValue<DateTimeOffset>();
        took.ShouldBeGreaterThan(TimeSpan.FromSeconds(2.9), "The delays between the attempts are 1 s and 2 s.");
    }

    [Fact]
    public async Task Everything_that_is_wrong_with_an_order_is_named_at_once()
    {
        var (status, problem) = await Client.PostAsync("/api/orders", """{"email":"bob","lines":[{"sku":"X","quantity":0},null,{"sku":"P-0001","quantity":1}]}""");

        status.ShouldBe(HttpStatusCode.BadRequest);
        var errors = problem["errors"]!.AsObject();
        errors.Select(error => error.Key).ShouldBe(
            ["email", "lines[0].sku", "lines[0].quantity", "lines[1].sku", "lines[1].quantity"], ignoreOrder: true);
        errors["email"]![0]!.GetValue<string>().ShouldBe("'bob' is not an email address. Write it as name@example.com.");
        errors["lines[0].sku"]![0]!.GetValue<string>().ShouldBe("There is no product 'X'. Products are called P-0001 and so on.");
    }

    [Theory]
    [InlineData("""{"lines":[{"sku":"P-0001","quantity":1}]}""", "An order needs an email address to confirm it to.")]
    [InlineData("""{"email":"","lines":[{"sku":"P-0001","quantity":1}]}""", "An order needs an email address to confirm it to.")]
    [InlineData("""{"email":"Bob <bob@example.com>","lines":[{"sku":"P-0001","quantity":1}]}""", "is not an email address")]
    [InlineData("""{"email":"bob@example.com\r\nBcc: eve@example.com","lines":[{"sku":"P-0001","quantity":1}]}""", "is not an email address")]
    [InlineData("""{"email":"bob@example.com","lines":[]}""", "An order has 1 to 100 lines, this one has 0.")]
    [InlineData("""{"email":"bob@example.com","lines":[{"sku":"P-0001","quantity":"two"}]}""", "Line 1, position 69: this cannot be read as an order.")]
    [InlineData("""{"emial":"bob@example.com"}""", "this cannot be read as an order")]
    [InlineData("{\n  \"email\":", "Line 2, position")]
    [InlineData("null", "An order needs an email address to confirm it to.")]
    [InlineData("", "this cannot be read as an order")]
    public async Task An_order_that_makes_no_sense_is_refused_with_a_sentence(string order, string sentence)
    {
        var (status, problem) = await Client.PostAsync("/api/orders", order);

        status.ShouldBe(HttpStatusCode.BadRequest);
        problem["errors"]!.AsObject().SelectMany(error => error.Value!.AsArray()).Select(error => error!.GetValue<string>())
            .ShouldContain(error => error.Contains(sentence, StringComparison.Ordinal), problem.ToJsonString());
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data")]
    [InlineData("text/plain")]
    public async Task An_order_must_be_JSON(string contentType)
    {
        var (status, body) = await Client.PostAsync("/api/orders", Good, contentType);

        status.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        ShopClient.Text(body, "error").ShouldContain("application/json");
    }

    [Fact]
    public async Task An_order_that_is_too_large_is_not_read()
    {
        var (status, body) = await Client.PostAsync("/api/orders", $$"""{"email":"{{new string('a', 70_000)}}"}""");

        status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        ShopClient.Text(body, "error").ShouldContain("65536 bytes");
    }

    [Fact]
    public async Task An_unknown_job_is_not_found_and_a_malformed_id_is_refused()
    {
        var (unknown, unknownBody) = await Client.GetAsync("/jobs/0197f2b0-5c1e-7a3b-9d2f-3c4d5e6f7a8b");
        unknown.ShouldBe(HttpStatusCode.NotFound);
        ShopClient.Text(unknownBody, "error").ShouldContain("There is no job 0197f2b0-5c1e-7a3b-9d2f-3c4d5e6f7a8b");

        var (malformed, malformedBody) = await Client.GetAsync("/jobs/17");
        malformed.ShouldBe(HttpStatusCode.BadRequest);
        ShopClient.Text(malformedBody, "error").ShouldContain("'17' is not the id of a job");
    }

    private Task ClientUntilAsync(string jobId, string state) =>
        ShopClient.UntilAsync($"job {jobId} is {state}", async () => await Client.JobStateAsync(jobId) == state);
}
