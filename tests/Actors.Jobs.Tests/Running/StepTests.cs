using Actors.Jobs.Queues;
using Actors.Jobs.Tests.Crashes;
using Actors.Jobs.Tests.Processes;
using Actors.Persistence;
using Actors.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Jobs.Tests.Running;

/// <summary>Parts of a job that are done once, whatever happens to the attempts.</summary>
public sealed class StepTests
{
    private readonly Ledger _ledger = new();

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory, OnEachDispatcher]
    public async Task A_step_that_is_done_is_not_done_again_by_the_next_attempt(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system);
        var receipts = new List<Receipt>();
        host.Script.Body = async (context, cancellationToken) =>
        {
            var receipt = await context.StepAsync("charge", _ => _ledger.DoAsync("charge", new Receipt("R-1", 12.5m)), cancellationToken);
            receipts.Add(receipt);
            await context.StepAsync("mail", _ => _ledger.DoAsync("mail", 0), cancellationToken);
            _ = context.Attempt < 3 ? throw new InvalidOperationException("not yet") : true;
            await context.StepAsync("close", _ => _ledger.DoAsync("close", 0), cancellationToken);
        };
        (await host.ReachAsync(await host.EnqueueAsync(), JobState.Succeeded, TimeSpan.FromMinutes(1))).Attempts.ShouldBe(3);
        _ledger.Done.ShouldBe(["charge", "mail", "close"]);
        receipts.ShouldBe([new Receipt("R-1", 12.5m), new Receipt("R-1", 12.5m), new Receipt("R-1", 12.5m)]);
    }

    [Theory, MemberData(nameof(Seeds))]
    public async Task Nor_after_a_crash_wherever_that_comes(int seed)
    {
        await using var system = await StartAsync(seed);
        var random = new Random(seed);
        var ids = new List<JobId>();
        for (var i = 0; i < 5; i++)
        {
            ids.Add(await system.Jobs.EnqueueAsync(new Order(i)));
        }

        for (var crash = 0; crash < 4; crash++)
        {
            await system.AdvanceAsync(TimeSpan.FromMilliseconds(random.Next(1, 3000)));
            await system.CrashAsync();
        }

        await system.AdvanceAsync(TimeSpan.FromMinutes(10));
        foreach (var id in ids)
        {
            (await system.Jobs.GetAsync(id)).State.ShouldBe(JobState.Succeeded, $"seed {seed}");
        }

        // Work that was done when the process died may be done again; what was stored never is.
        _ledger.Stored.Count.ShouldBe(5 * Order.Steps, $"seed {seed}");
        _ledger.DoneAfterStored.ShouldBeEmpty($"seed {seed}");
        _ledger.Values.ShouldAllBe(value => value.Returned == value.First, $"seed {seed}");
    }

    [Theory, OnEachDispatcher]
    public async Task Steps_outlive_the_commits_in_which_they_were_stored(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var journal = new InMemoryJournal();
        var host = await JobHost.StartAsync(
            system, o => (o.TrimBytes, o.ForwardBytes, o.HistoryBatch, o.Retry.Backoff.Min, o.Retry.Backoff.Max) = (200, 0, 3, TimeSpan.FromHours(1), TimeSpan.FromHours(1)), journal);
        host.Bad = JobId.Create(system.Time, new Random(seed));
        host.Script.Body = async (context, cancellationToken) =>
        {
            if (context.Id == host.Bad)
            {
                await context.StepAsync("charge", _ => _ledger.DoAsync("charge", 0), cancellationToken);
                _ = context.Attempt == 1 ? throw new InvalidOperationException("later") : true;
            }
        };
        await host.EnqueueAsync("bad", o => o.Id(host.Bad));
        await host.ReachAsync(host.Bad, JobState.Retrying);
        var before = (await journal.ReadAsync("queue/default", 1, int.MaxValue, default))[0].SequenceNumber;
        for (var i = 0; i < 10; i++)
        {
            await host.Jobs.EnqueueManyAsync([.. Enumerable.Range(0, 20).Select(n => new Work($"{n}"))]);
            await system.AdvanceAsync(TimeSpan.FromMilliseconds(100));
        }

        (await journal.ReadAsync("queue/default", 1, int.MaxValue, default))[0].SequenceNumber.ShouldBeGreaterThan(before);
        await RestartTests.RestartAsync(host);
        await host.ReachAsync(host.Bad, JobState.Succeeded, TimeSpan.FromHours(2));
        _ledger.Done.ShouldBe(["charge"]);
    }

    [Theory, OnEachDispatcher]
    public async Task An_attempt_that_another_has_overtaken_adds_no_step(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Workers, o.Prefetch) = (1, 0));
        var contexts = new List<JobContext>();
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Script.Body = async (context, _) =>
        {
            contexts.Add(context);
            if (contexts.Count < 3)
            {
                await end.Task; // Deaf to its token.
            }
        };
        var id = await host.EnqueueAsync();
        await system.DrainAsync();
        await RestartTests.RestartAsync(host);
        await system.AdvanceAsync(TimeSpan.FromSeconds(20)); // The old worker is given up on after 5 s.
        contexts.Count.ShouldBe(2);
        var stale = contexts[0].StepAsync("charge", _ => Task.FromResult(1), CancellationToken.None);
        await system.DrainAsync();
        var refused = await CatchAsync(stale);
        refused.Step.ShouldBe("charge");
        refused.Message.ShouldContain("it is done, but that could not be stored");
        refused.Message.ShouldContain("not in the hands of this attempt any more");
        var current = contexts[1].StepAsync("charge", _ => Task.FromResult(2), CancellationToken.None);
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await current).ShouldBe(2);
        end.SetResult();
        await host.ReachAsync(id, JobState.Succeeded);
    }

    [Theory, OnEachDispatcher]
    public async Task A_name_is_used_once_in_an_attempt_and_again_only_when_the_step_failed(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retry.MaxAttempts = 1);
        host.Script.Body = static async (context, token) =>
        {
            try
            {
                await context.StepAsync<int>("charge", _ => throw new TimeoutException("the bank sleeps"), token);
            }
            catch (TimeoutException)
            {
                // It may be tried again.
            }

            await context.StepAsync("charge", _ => Task.FromResult(1), token);
            await context.StepAsync("charge", _ => Task.FromResult(2), token);
        };
        var error = (await host.ReachAsync(await host.EnqueueAsync(), JobState.Failed)).Error.ShouldNotBeNull();
        error.ShouldContain("Step 'charge' of job");
        error.ShouldContain("the name was used before in this attempt. Give each step a name of its own");
    }

    [Fact]
    public async Task Sizes_are_limited_and_each_limit_says_what_to_do()
    {
        await using var system = await TestSystem.StartAsync(1);
        var host = await JobHost.StartAsync(system, o => o.Retry.MaxAttempts = 1);
        (await ErrorAsync(context => context.StepAsync("big", _ => Task.FromResult(new string('x', 70_000)))))
            .ShouldContain("its value has 70002 bytes and at most 65536 are kept, so it will be done again. Store it elsewhere and return its key.");
        (await ErrorAsync(async context =>
        {
            for (var i = 0; ; i++)
            {
                await context.StepAsync($"part-{i}", _ => Task.FromResult(new string('x', 60_000)));
            }
        })).ShouldContain("and at most 262144 are kept");
        (await ErrorAsync(async context =>
        {
            for (var i = 0; ; i++)
            {
                await context.StepAsync($"part-{i}", _ => Task.CompletedTask);
            }
        })).ShouldContain("Step 'part-1000' of job");
        (await ErrorAsync(context => context.StepAsync("", _ => Task.CompletedTask))).ShouldContain("a name has 1 to 100 characters, but this has 0");
        (await ErrorAsync(context => context.StepAsync("self", _ => Task.FromResult<object>(new Loop())))).ShouldContain("its value cannot be written as System.Object");

        async Task<string> ErrorAsync(Func<JobContext, Task> body)
        {
            host.Script.Body = (context, _) => body(context);
            return (await host.ReachAsync(await host.EnqueueAsync(), JobState.Failed, TimeSpan.FromMinutes(1))).Error.ShouldNotBeNull();
        }
    }

    [Theory, OnEachDispatcher]
    public async Task A_value_that_cannot_be_read_any_more_says_so_and_the_step_is_not_done_again(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => o.Retry.MaxAttempts = 2);
        host.Script.Body = async (context, token) =>
        {
            if (context.Attempt == 1)
            {
                await context.StepAsync("charge", _ => _ledger.DoAsync("charge", new Receipt("R-1", 1)), token);
                throw new InvalidOperationException("and now the program is changed");
            }

            await context.StepAsync("charge", _ => _ledger.DoAsync("charge", 7), token);
        };
        var error = (await host.ReachAsync(await host.EnqueueAsync(), JobState.Failed, TimeSpan.FromMinutes(1))).Error.ShouldNotBeNull();
        error.ShouldContain("an earlier attempt has done it, but its value cannot be read as System.Int32");
        error.ShouldContain("give the step a new name: then it is done again");
        _ledger.Done.ShouldBe(["charge"]);
    }

    [Theory, OnEachDispatcher]
    public async Task Steps_may_run_side_by_side_and_a_cancelled_token_does_not_lose_what_is_done(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, o => (o.Timeout, o.Retry.MaxAttempts) = (TimeSpan.FromSeconds(2), 3));
        host.Script.Body = async (context, cancellationToken) =>
        {
            var sides = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => context.StepAsync($"side-{i}", _ => _ledger.DoAsync($"side-{i}", i), cancellationToken)));
            sides.ShouldBe(Enumerable.Range(0, 10));

            // Too late for its attempt, but done.
            await context.StepAsync("slow", _ => Task.Delay(TimeSpan.FromSeconds(3), system.Time, CancellationToken.None), cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
        };
        (await host.ReachAsync(await host.EnqueueAsync(), JobState.Succeeded, TimeSpan.FromMinutes(1))).Attempts.ShouldBe(2);
        _ledger.Done.Count.ShouldBe(10);
    }

    [Fact]
    public async Task A_job_without_a_queue_makes_its_steps_and_keeps_nothing()
    {
        await using var system = await StartAsync(1);
        await system.WhenAsync(system.RunInlineAsync(new Order(1)));
        await system.WhenAsync(system.RunInlineAsync(new Order(1)));
        _ledger.Done.Count.ShouldBe(2 * Order.Steps);
    }

    [Fact]
    public async Task Steps_of_a_job_that_other_processes_run_are_kept_by_the_owner()
    {
        var folder = Directory.CreateTempSubdirectory("actors-steps-").FullName;
        try
        {
            var options = new QueueOptions { Workers = 2, Retry = new RetryOptions { Backoff = new BackoffOptions { Min = TimeSpan.FromMilliseconds(500) } } };
            await using var owner = await Node.StartAsync(folder, isWorker: false, options: options);
            var first = await Node.StartAsync(folder, isWorker: true, options: options);
            first.Ran.InContext = Body;
            var id = await owner.Jobs.EnqueueAsync(new SharedWork());
            while ((await owner.Jobs.GetAsync(id)).State != JobState.Retrying)
            {
                await Task.Delay(5);
            }

            await first.DisposeAsync();
            await using var second = await Node.StartAsync(folder, isWorker: true, options: options);
            second.Ran.InContext = Body;
            (await owner.FinishAsync(id)).Attempts.ShouldBe(2);
            _ledger.Done.ShouldBe(["charge"]);
            _ledger.Values.Select(value => value.Returned).ShouldBe([41, 41]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        async Task Body(JobContext context, CancellationToken cancellationToken)
        {
            _ledger.Note("charge", await context.StepAsync("charge", _ => _ledger.DoAsync("charge", 41), cancellationToken));
            _ = context.Attempt == 1 ? throw new InvalidOperationException("no") : true;
        }
    }

    private static async Task<JobStepException> CatchAsync(Task task)
    {
        try
        {
            await task;
        }
        catch (JobStepException refused)
        {
            return refused;
        }

        throw new InvalidOperationException("It was not refused.");
    }

    private TestSystemStart StartAsync(int seed) => TestSystem.StartAsync(seed, a =>
    {
        a.Services.AddSingleton(_ledger);
        a.AddQueue("default", q =>
        {
            q.Workers(3).AddHandler<OrderHandler>();
            q.Options.QuarantineAfter = RestartOptions.Unlimited; // These crashes are of nobody's making.
        });
    });

    internal sealed record Receipt(string Number, decimal Amount);

    internal sealed class Loop
    {
        public Loop Self => this;
    }

    [Job("order")]
    internal sealed record Order(int Number)
    {
        public const int Steps = 4;
    }

    internal sealed class OrderHandler(Ledger ledger, TimeProvider time) : IJobHandler<Order>
    {
        public async Task HandleAsync(Order job, JobContext context, CancellationToken cancellationToken)
        {
            for (var i = 0; i < Order.Steps; i++)
            {
                var step = $"{job.Number}/{i}";
                var value = await context.StepAsync(
                    $"step-{i}",
                    async token =>
                    {
                        await Task.Delay(TimeSpan.FromMilliseconds(300), time, token);
                        return await ledger.DoAsync(step, ledger.Done.Count);
                    },
                    cancellationToken);
                ledger.Note(step, value);
                await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellationToken);
            }
        }
    }

    /// <summary>What was done in the world, which survives every crash.</summary>
    internal sealed class Ledger
    {
        private readonly Lock _gate = new();
        private readonly List<string> _done = [];
        private readonly Dictionary<string, int> _stored = [];
        private readonly List<string> _doneAfterStored = [];
        private readonly List<(string Step, int Returned, int First)> _values = [];

        public IReadOnlyList<string> Done => Read(_done);

        /// <summary>Steps after which a handler went on, so that they were stored.</summary>
        public IReadOnlyCollection<string> Stored => _stored.Keys;

        public IReadOnlyList<string> DoneAfterStored => Read(_doneAfterStored);

        public IReadOnlyList<(string Step, int Returned, int First)> Values => Read(_values);

        public Task<T> DoAsync<T>(string step, T value)
        {
            lock (_gate)
            {
                _done.Add(step);
                if (_stored.ContainsKey(step))
                {
                    _doneAfterStored.Add(step);
                }
            }

            return Task.FromResult(value);
        }

        public void Note(string step, int value)
        {
            lock (_gate)
            {
                _stored.TryAdd(step, value);
                _values.Add((step, value, _stored[step]));
            }
        }

        private IReadOnlyList<T> Read<T>(List<T> list)
        {
            lock (_gate)
            {
                return [.. list];
            }
        }
    }
}
