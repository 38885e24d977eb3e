using Actors.Jobs.Searching;
using Actors.Persistence;
using Actors.TestKit;

namespace Actors.Jobs.Tests.Searching;

[Job("order")]
internal sealed record Order(string Text, [Index] int Customer, Address Address);

internal sealed record Address([property: Index] string City, string Street);

internal sealed class OrderHandler(Script script) : IJobHandler<Order>
{
    public Task HandleAsync(Order job, JobContext context, CancellationToken cancellationToken) => script.Run(job.Text, context, cancellationToken);
}

/// <summary>Random jobs in all states, and what a search without any index says of them.</summary>
internal sealed class SearchWorld(JobHost host, Random random)
{
    private static readonly string[] Streets = ["High Street", "Mill Lane", "Elm Row"];

    public List<Fact> Facts { get; } = [];

    public JobHost Host => host;

    public static async Task<SearchWorld> StartAsync(TestSystem system, int seed, IJournal? journal = null, IHistory? history = null)
    {
        var host = await JobHost.StartAsync(
            system,
            o =>
            {
                (o.Workers, o.Prefetch, o.Retry.MaxAttempts) = (6, 4, 2);
                (o.Retry.Backoff.Min, o.Retry.Backoff.Max) = (TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
            },
            journal,
            history,
            handlers: [typeof(WorkHandler), typeof(OrderHandler)]);
        var world = new SearchWorld(host, new Random(seed));
        host.Script.Body = world.RunAsync;
        return world;
    }

    /// <summary>Lets something happen: jobs come, run, fail, wait, are cancelled; time passes.</summary>
    public async Task StepAsync()
    {
        switch (random.Next(8))
        {
            case < 3:
                await EnqueueSomeAsync();
                break;
            case 3:
                await host.System.AdvanceAsync(TimeSpan.FromMilliseconds(random.Next(1, 2_000)));
                break;
            case 4:
                await host.System.AdvanceAsync(TimeSpan.FromSeconds(random.Next(1, 100)));
                break;
            case 5 when Facts.Count > 0:
                await host.Jobs.CancelAsync(Facts[random.Next(Facts.Count)].Id, random.Next(2) == 0 ? "not wanted" : null);
                break;
            case 6 when Facts.Count > 0:
                await host.Jobs.RetryAsync(Facts[random.Next(Facts.Count)].Id);
                break;
            default:
                await host.System.DrainAsync();
                break;
        }
    }

    public async Task EnqueueSomeAsync()
    {
        for (var i = random.Next(1, 12); i > 0; i--)
        {
            var (key, tags) = (random.Next(3) == 0 ? $"key {random.Next(3)}" : null, Enumerable.Range(0, random.Next(3)).Select(n => $"tag {n + random.Next(2)}").Distinct().ToArray());
            var (text, customer, city, street) = ($"text {random.Next(4)}", random.Next(5), $"City {random.Next(3)}", Streets[random.Next(Streets.Length)]);
            Action<EnqueueOptions> configure = options =>
            {
                options.Tag(tags);
                _ = key is null ? options : options.Key(key);
                _ = random.Next(4) == 0 ? options.Delay(TimeSpan.FromSeconds(random.Next(1, 120))) : options;
                _ = random.Next(4) == 0 ? options.Id(new JobId(RandomGuid())) : options; // Such ids do not sort by time.
            };
            var args = new Dictionary<string, string> { ["text"] = text };
            switch (random.Next(3))
            {
                case 0:
                    Facts.Add(new Fact(await host.Jobs.EnqueueAsync(new Work(text), configure), "default", "work", key, tags, args));
                    break;
                case 1:
                    Facts.Add(new Fact(await host.Jobs.EnqueueAsync(new Second(text), configure), "second", "second", key, tags, args));
                    break;
                default:
                    (args["customer"], args["address.city"], args["address.street"]) = ($"{customer}", city, street);
                    Facts.Add(new Fact(await host.Jobs.EnqueueAsync(new Order(text, customer, new Address(city, street)), configure), "default", "order", key, tags, args));
                    break;
            }
        }
    }

    /// <param name="isLasting">Whether only what never changes of a job is asked for.</param>
    public JobFilter RandomFilter(bool isLasting)
    {
        var filter = new JobFilter
        {
            Queue = random.Next(5) == 0 ? random.Next(2) == 0 ? "default" : "second" : null,
            Type = random.Next(5) == 0 ? new[] { "work", "order", "second", "unheard of" }[random.Next(4)] : null,
            Key = random.Next(5) == 0 ? $"key {random.Next(4)}" : null,
            Tag = random.Next(5) == 0 ? $"tag {random.Next(4)}" : null,
            EnqueuedFrom = random.Next(6) == 0 ? host.System.Time.GetUtcNow() - TimeSpan.FromSeconds(random.Next(1, 300)) : null,
            EnqueuedBefore = random.Next(6) == 0 ? host.System.Time.GetUtcNow() + TimeSpan.FromSeconds(random.Next(1, 100)) : null,
        };
        filter = random.Next(8) switch
        {
            0 => filter.Arg("customer", $"{random.Next(6)}"),
            1 => filter.Arg("Address.City", $"City {random.Next(4)}"),
            2 => filter.Arg("address.street", Streets[random.Next(Streets.Length)]).Arg("customer", $"{random.Next(3)}"),
            3 => filter.Arg("text", $"text {random.Next(5)}"),
            _ => filter,
        };
        if (isLasting)
        {
            return filter;
        }

        var states = Enum.GetValues<JobState>();
        return filter with
        {
            States = random.Next(3) == 0 ? [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => states[random.Next(states.Length)])] : [],
            ErrorFingerprint = random.Next(6) == 0 ? ErrorText.Digits(ErrorText.Fingerprint("not wanted")) : null,
            FinishedFrom = random.Next(8) == 0 ? host.System.Time.GetUtcNow() - TimeSpan.FromSeconds(random.Next(1, 300)) : null,
            FinishedBefore = random.Next(8) == 0 ? host.System.Time.GetUtcNow() + TimeSpan.FromSeconds(random.Next(1, 300)) : null,
        };
    }

    /// <summary>The jobs that match, newest first, by looking at each.</summary>
    public async Task<List<JobId>> ExpectedAsync(JobFilter filter)
    {
        var matching = new List<JobStatus>();
        foreach (var fact in Facts)
        {
            var status = await host.Jobs.GetAsync(fact.Id);
            if (IsMatch(filter, fact, status))
            {
                matching.Add(status);
            }
        }

        return [.. matching.OrderByDescending(job => job.EnqueuedAt).ThenByDescending(job => job.Id).Select(job => job.Id)];
    }

    public async Task<List<JobId>> SearchAsync(JobFilter filter, Func<Task>? between = null)
    {
        var found = new List<JobId>();
        string? cursor = null;
        do
        {
            var limit = random.Next(1, 9);
            var page = await host.Jobs.SearchAsync(filter, limit, cursor);
            page.Jobs.Count.ShouldBeLessThanOrEqualTo(limit);
            found.AddRange(page.Jobs.Select(job => job.Id));
            cursor = page.Next;
            if (between is not null)
            {
                await between();
            }
        }
        while (cursor is not null);

        return found;
    }

    private static bool IsMatch(JobFilter filter, Fact fact, JobStatus status) =>
        (filter.Queue ?? fact.Queue) == fact.Queue
        && (filter.Type ?? fact.Type) == fact.Type
        && (filter.Key is null || filter.Key == fact.Key)
        && (filter.Tag is null || fact.Tags.Contains(filter.Tag))
        && filter.Args.All(arg => fact.Args.TryGetValue(arg.Path.ToLowerInvariant(), out var value) && value == arg.Value)
        && (filter.States.Count == 0 || filter.States.Contains(status.State))
        && (filter.ErrorFingerprint is null || (status.Error is not null && ErrorText.Digits(ErrorText.Fingerprint(status.Error)) == filter.ErrorFingerprint))
        && !(status.EnqueuedAt < filter.EnqueuedFrom)
        && !(status.EnqueuedAt >= filter.EnqueuedBefore)
        && (filter.FinishedFrom is null || status.FinishedAt >= filter.FinishedFrom)
        && (filter.FinishedBefore is null || status.FinishedAt < filter.FinishedBefore);

    private Task RunAsync(JobContext context, CancellationToken cancellationToken) => (context.Id.Value.ToByteArray()[15] % 6) switch
    {
        0 => throw new InvalidOperationException($"order {context.Id} is not here"),
        1 => throw new TimeoutException($"no answer after {context.Attempt} s"),
        2 => Task.Delay(TimeSpan.FromSeconds(5), host.System.Time, cancellationToken),
        3 => Task.FromResult(JobResult.Cancel),
        _ => Task.CompletedTask,
    };

    private Guid RandomGuid()
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes);
    }

    internal sealed record Fact(JobId Id, string Queue, string Type, string? Key, string[] Tags, Dictionary<string, string> Args);
}
