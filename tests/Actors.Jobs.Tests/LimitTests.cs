using Actors.TestKit;

namespace Actors.Jobs.Tests;

public sealed class LimitTests
{
    [Theory, OnEachDispatcher]
    public async Task No_more_jobs_run_at_a_time_than_the_queue_and_the_key_allow(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(
            system, o => (o.Workers, o.Prefetch, o.Limits.Concurrency, o.Limits.ConcurrencyPerKey) = (20, 50, 5, 2));
        var running = new RunningJobs(host);
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 30).Select(n => new Work("a"))], o => o.Key("a"));
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 30).Select(n => new Work("b"))], o => o.Key("b"));
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 30).Select(n => new Work("none"))]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(30));
        host.Script.Begun.ShouldBe(90);
        running.Most("a").ShouldBe(2);
        running.Most("b").ShouldBe(2);
        running.MostInAll.ShouldBe(5);
    }

    [Theory, OnEachDispatcher]
    public async Task Keys_take_turns_whatever_one_of_them_has_enqueued_before(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch, o.CacheBytes) = (1, 0, 300), isConsumed: false);
        foreach (var key in new[] { "big", "small", "tiny" })
        {
            var count = key switch { "big" => 50, "small" => 10, _ => 2 };
            await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, count).Select(n => new Work($"{key} {n:00}"))], o => o.Key(key));
        }

        await host.StartConsumingAsync();
        await system.AdvanceAsync(TimeSpan.FromSeconds(10));
        var texts = host.Script.Attempts.Select(a => a.Text).ToList();
        texts.Count.ShouldBe(62);
        texts.Take(7).ShouldBe(["big 00", "small 00", "tiny 00", "big 01", "small 01", "tiny 01", "big 02"]);
        texts.Skip(6).Take(16).Count(text => text.StartsWith("small", StringComparison.Ordinal)).ShouldBe(8);
        foreach (var key in texts.GroupBy(text => text.Split(' ')[0]))
        {
            key.ShouldBeInOrder();
        }
    }

    [Theory]
    [InlineData(50, null, 1)]
    [InlineData(1000, null, 11)]
    [InlineData(1000, 500, 6)]
    [InlineData(1_000_000, null, 31)]
    public async Task A_rate_lets_as_many_be_granted_in_advance_as_start_in_ten_milliseconds(int rate, int? perKey, int granted)
    {
        await using var system = await TestSystem.StartAsync();
        var host = await JobHost.StartAsync(system, o =>
        {
            (o.Workers, o.Prefetch) = (1, 30);
            o.Limits.Rate = new RateLimit(rate, TimeSpan.FromSeconds(1));
            o.Limits.RatePerKey = perKey is { } permits ? new RateLimit(permits, TimeSpan.FromSeconds(1)) : null;
        });
        host.Script.Body = (_, cancellationToken) => host.Script.WaitAsync(cancellationToken);
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 40).Select(n => new Work($"{n}"))]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await host.QueueAsync()).Running.ShouldBe(granted);
    }

    [Theory, OnEachDispatcher]
    public async Task Starts_come_at_the_rate_of_the_queue_and_of_the_key(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o =>
        {
            (o.Workers, o.Prefetch) = (20, 50);
            o.Limits.Rate = new RateLimit(10, TimeSpan.FromSeconds(1)) { Burst = 4 };
            o.Limits.RatePerKey = new RateLimit(1, TimeSpan.FromSeconds(1));
        });
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 5).Select(n => new Work("slow"))], o => o.Key("slow"));
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 40).Select(n => new Work("free"))]);
        await system.AdvanceAsync(TimeSpan.FromSeconds(0.02));
        host.Script.Begun.ShouldBe(4);
        await system.AdvanceAsync(TimeSpan.FromSeconds(2));
        host.Script.Begun.ShouldBe(24);
        host.Script.Attempts.Count(a => a.Text == "slow").ShouldBe(2, "Its third token has not come.");
        await system.AdvanceAsync(TimeSpan.FromSeconds(4));
        host.Script.Begun.ShouldBe(45);
        await system.AdvanceAsync(TimeSpan.FromMinutes(1));
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 9).Select(n => new Work("free"))]);
        await system.AdvanceAsync(TimeSpan.FromMilliseconds(20));
        host.Script.Begun.ShouldBe(49, "A minute without jobs saves up the burst, and no more.");
    }

    [Theory, OnEachDispatcher]
    public async Task Limits_change_while_the_queue_runs(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Limits.ConcurrencyPerKey) = (20, 1));
        host.Script.Body = (_, cancellationToken) => Task.Delay(TimeSpan.FromSeconds(1), system.Time, cancellationToken);
        await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 30).Select(n => new Work("a"))], o => o.Key("a"));
        await system.AdvanceAsync(TimeSpan.FromSeconds(2.5));
        host.Script.Begun.ShouldBe(3);
        host.Jobs.Reconfigure(new QueueDefinition("default", new QueueOptions { Workers = 20, Limits = { ConcurrencyPerKey = 5 } }, []));
        await system.AdvanceAsync(TimeSpan.FromMilliseconds(100));
        host.Script.Begun.ShouldBe(7);
        host.Jobs.Reconfigure(new QueueDefinition("default", new QueueOptions { Workers = 20 }, []));
        await system.AdvanceAsync(TimeSpan.FromMilliseconds(100));
        host.Script.Begun.ShouldBe(22);
    }

    [Fact]
    public void A_limit_of_zero_is_refused_with_what_to_do_instead()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => new QueueOptions { Limits = { Concurrency = 0 } }.Validate())
            .Message.ShouldStartWith("A limit is at least 1. To let no job run, pause the queue. (Parameter 'Concurrency')");
        Should.Throw<ArgumentOutOfRangeException>(() => new QueueOptions { Limits = { ConcurrencyPerKey = -1 } }.Validate());
        Should.Throw<ArgumentOutOfRangeException>(() => new QueueOptions { Limits = { Rate = new RateLimit(0, TimeSpan.FromSeconds(1)) } }.Validate())
            .Message.ShouldStartWith("A rate has at least 1 permit and a burst of at least 1, in 1 ms to 49 days. To let no job start, pause the queue.");
    }

    [Theory]
    [InlineData("100 per minute", "100 per 1 m")]
    [InlineData("100 per 1 m, burst 10", "100 per 1 m, burst 10")]
    [InlineData("5 per 10 s", "5 per 10 s")]
    [InlineData(" 5 per 1500ms ", "5 per 1500 ms")]
    [InlineData("0 per s", null)]
    [InlineData("5", null)]
    [InlineData("5 per", null)]
    [InlineData("5 per infinite", null)]
    [InlineData("5 per s, burst 0", null)]
    [InlineData("5 per s, burst 1, burst 2", null)]
    [InlineData("5 per s, 7", null)]
    [InlineData("-5 per s", null)]
    [InlineData("5 per 0 s", null)]
    public void A_rate_is_read_from_text(string text, string? read) =>
        (RateLimit.TryParse(text, out var rate) ? rate.ToString() : null).ShouldBe(read);

    /// <summary>Each attempt takes 100 ms; counts how many run beside each other.</summary>
    private sealed class RunningJobs
    {
        private readonly Dictionary<string, (int Now, int Most)> _counts = [];

        public RunningJobs(JobHost host) => host.Script.Body = async (context, cancellationToken) =>
        {
            Count(context.Key ?? "", 1);
            Count("all", 1);
            await Task.Delay(TimeSpan.FromMilliseconds(100), host.System.Time, cancellationToken);
            Count(context.Key ?? "", -1);
            Count("all", -1);
        };

        public int MostInAll => Most("all");

        public int Most(string key) => _counts[key].Most;

        private void Count(string key, int by)
        {
            lock (_counts)
            {
                var (now, most) = _counts.GetValueOrDefault(key);
                _counts[key] = (now + by, Math.Max(most, now + by));
            }
        }
    }
}
