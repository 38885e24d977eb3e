using System.Net;

namespace Storefront.Tests;

public sealed class ServiceCommandTests : IDisposable
{
    private readonly ShopFolder _folder = new();

    [Fact]
    public async Task A_stopped_consumer_leaves_the_jobs_in_their_queue_and_a_started_one_drains_it()
    {
        await using var shop = await ShopProcess.StartAsync(_folder);
        using var closing = new CancellationTokenSource();
        var orders = 0;
        var load = Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            while (!closing.IsCancellationRequested)
            {
                await shop.Client.OrderAsync();
                Interlocked.Increment(ref orders);
            }
        }));

        for (var round = 0; round < 5; round++)
        {
            var (stopped, answer) = await shop.Client.PostAsync("/services/emails/stop");
            stopped.ShouldBe(HttpStatusCode.OK);
            ShopClient.Text(answer[0]!, "state").ShouldBe("Stopped");

            var written = _folder.Messages().Length;
            var before = orders;
            await ShopClient.UntilAsync("more orders are taken", () => Task.FromResult(Volatile.Read(ref orders) > before + 20));
            _folder.Messages().Length.ShouldBe(written, "A stopped consumer sends nothing.");
            ShopClient.Number(await shop.Client.EmailsAsync(), "waiting").ShouldBeGreaterThan(20);

            ShopClient.Text((await shop.Client.PostAsync("/services/emails/start")).Body[0]!, "state").ShouldBe("Running");
            await ShopClient.UntilAsync("it sends again", () => Task.FromResult(_folder.Messages().Length > written));
        }

        await closing.CancelAsync();
        await load;
        await ShopClient.UntilAsync("all is sent", () => Task.FromResult(_folder.Messages().Length == orders));

        // A mail is there before its job has succeeded.
        await ShopClient.UntilAsync("all have succeeded", async () => ShopClient.Number(await shop.Client.EmailsAsync(), "succeeded") == orders);
    }

    [Fact]
    public async Task Services_are_stopped_started_and_restarted_by_name_or_pattern()
    {
        await using var shop = await ShopProcess.StartAsync(_folder);

        (await shop.Client.PostAsync("/services/heartbeat/stop")).Status.ShouldBe(HttpStatusCode.OK);
        (await shop.Client.ServiceStateAsync("heartbeat")).ShouldBe("Stopped");
        (await shop.Client.PostAsync("/services/heartbeat/start")).Status.ShouldBe(HttpStatusCode.OK);
        (await shop.Client.ServiceStateAsync("heartbeat")).ShouldBe("Running");

        var before = (await shop.Client.GetAsync("/services/metrics")).Body["since"]!.GetValue<DateTimeOffset>();
        (await shop.Client.PostAsync("/services/metrics/restart", "{}")).Status.ShouldBe(HttpStatusCode.OK);
        (await shop.Client.GetAsync("/services/metrics")).Body["since"]!.GetValue<DateTimeOffset>().ShouldBeGreaterThan(before);

        var (_, all) = await shop.Client.PostAsync("/services/*/stop");
        all.AsArray().Select(service => ShopClient.Text(service!, "state")).ShouldAllBe(state => state == "Stopped");
        all.AsArray().Select(service => ShopClient.Text(service!, "name")).ShouldBe(
            ["emails", "reports", "heartbeat", "metrics", "cache-warmer", "payment-sync"], ignoreOrder: true);
    }

    [Fact]
    public async Task The_order_report_is_due_at_eight_in_London_and_can_be_run_paused_and_resumed()
    {
        await using var shop = await ShopProcess.StartAsync(_folder);
        var (_, report) = await shop.Client.GetAsync("/schedules/order-report");
        ShopClient.Text(report, "description").ShouldBe("at 08:00 every day, Europe/London");
        var next = TimeZoneInfo.ConvertTime(report["next"]![0]!.GetValue<DateTimeOffset>(), TimeZoneInfo.FindSystemTimeZoneById("Europe/London"));
        (next.TimeOfDay, next > DateTimeOffset.UtcNow).ShouldBe((TimeSpan.FromHours(8), true));

        var (status, run) = await shop.Client.PostAsync("/schedules/order-report/run");
        status.ShouldBe(HttpStatusCode.OK);
        var job = "/jobs/" + ShopClient.Text(run, "job");
        await ShopClient.UntilAsync("the queue has the job", async () => (await shop.Client.GetAsync(job)).Status == HttpStatusCode.OK); // It follows the answer.
        await ShopClient.UntilAsync("the report is made", async () => await shop.Client.JobStateAsync(ShopClient.Text(run, "job")) == "Succeeded");
        ShopClient.Text((await shop.Client.PostAsync("/schedules/order-report/pause")).Body, "state").ShouldBe("Paused");
        ShopClient.Text((await shop.Client.PostAsync("/schedules/order-report/resume")).Body, "state").ShouldBe("Active");
        (await shop.Client.GetAsync("/schedules/nothing")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task An_unknown_service_is_not_found_with_a_suggestion()
    {
        await using var shop = await ShopProcess.StartAsync(_folder);
        foreach (var (method, path) in new[] { (HttpMethod.Get, "/services/emial"), (HttpMethod.Post, "/services/emial/stop") })
        {
            var (status, body) = await shop.Client.SendAsync(new HttpRequestMessage(method, path));

            status.ShouldBe(HttpStatusCode.NotFound);
            ShopClient.Text(body, "error").ShouldStartWith("There is no service 'emial'. Did you mean 'emails'? Known services: emails, reports, heartbeat");
        }

        var (nothing, nothingBody) = await shop.Client.GetAsync("/nothing");
        nothing.ShouldBe(HttpStatusCode.NotFound);
        ShopClient.Text(nothingBody, "error").ShouldContain("There is nothing at GET /nothing");
    }

    public void Dispose() => _folder.Dispose();
}
