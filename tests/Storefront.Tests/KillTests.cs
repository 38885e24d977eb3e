using System.Collections.Concurrent;

namespace Storefront.Tests;

public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
    private const int Kills = 20;
    private const int Customers = 4;

    private readonly ShopFolder _folder = new();

    [Fact]
    public async Task Every_acknowledged_order_is_confirmed_exactly_once_however_often_the_shop_is_killed()
    {
        var acknowledged = new ConcurrentDictionary<string, string>(); // job by order
        var seed = Environment.TickCount;
        var random = new Random(seed);
        output.WriteLine($"Seed {seed}");
        for (var kill = 0; kill < Kills; kill++)
        {
            await using var shop = await ShopProcess.StartAsync(_folder);
            var customers = Enumerable.Range(0, Customers).Select(_ => OrderUntilKilledAsync(shop.Client, acknowledged)).ToList();
            var enough = acknowledged.Count + random.Next(1, 100);
            await ShopClient.UntilAsync("some orders are taken", () => Task.FromResult(acknowledged.Count >= enough));
            await Task.Delay(random.Next(0, 50)); // Anywhere in the life of an order, not only just after the poll.
            shop.Kill();
            await Task.WhenAll(customers);
        }

        await using var last = await ShopProcess.StartAsync(_folder);
        await ShopClient.UntilAsync("nothing is left to do", async () =>
        {
            var emails = await last.Client.EmailsAsync();
            return new[] { "scheduled", "waiting", "running", "retrying" }.Sum(state => ShopClient.Number(emails, state)) == 0;
        });

        var queue = await last.Client.EmailsAsync();
        output.WriteLine($"{acknowledged.Count} orders acknowledged; {queue.ToJsonString()}");
        acknowledged.Count.ShouldBeGreaterThan(Kills);
        foreach (var job in acknowledged.Values)
        {
            (await last.Client.JobStateAsync(job)).ShouldBe("Succeeded");
        }

        await MessagesShouldBeWholeAndOfAsync(acknowledged);
        ShopClient.Number(queue, "succeeded").ShouldBe(_folder.Messages().Length, "Each message is of one job, and each job has succeeded once.");
        foreach (var counter in new[] { "failed", "cancelled", "parked", "quarantined" })
        {
            ShopClient.Number(queue, counter).ShouldBe(0, counter);
        }
    }

    public void Dispose() => _folder.Dispose();

    private static async Task OrderUntilKilledAsync(ShopClient client, ConcurrentDictionary<string, string> acknowledged)
    {
        try
        {
            while (true)
            {
                var (order, job) = await client.OrderAsync();
                acknowledged.TryAdd(order, job).ShouldBeTrue();
            }
        }
        catch (Exception killed) when (killed is HttpRequestException or IOException or TaskCanceledException)
        {
            // No answer: the order may have been taken or not.
        }
    }

    private async Task MessagesShouldBeWholeAndOfAsync(ConcurrentDictionary<string, string> acknowledged)
    {
        var jobs = new Dictionary<string, string>();
        foreach (var file in _folder.Messages())
        {
            var job = Path.GetFileNameWithoutExtension(file);
            var message = await File.ReadAllTextAsync(file);
            message.ShouldContain($"Message-ID: <{job}@storefront.example>");
            message.TrimEnd().ShouldMatch(@"Total: EUR \d+\.\d\d\z");
            var order = message.Split("Subject: Your order ")[1].Split('\r')[0];
            jobs.TryAdd(order, job).ShouldBeTrue($"Order {order} has two messages.");
        }

        foreach (var (order, job) in acknowledged)
        {
            jobs.ShouldContainKeyAndValue(order, job);
        }

        Directory.GetFiles(_folder.File("pickup"), "*", SearchOption.AllDirectories).Length.ShouldBe(jobs.Count, "There are stray files.");
    }
}
