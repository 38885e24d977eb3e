using Actors.Hosting;
using Actors.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Actors.Cli.Tests.Running;

/// <summary>The tool changes queues and jobs of a program, which is this process.</summary>
public sealed class JobChangeTests : IAsyncDisposable
{
    private readonly Crew _crew = new();
    private IHost? _host;

    private string Socket => Path.Combine(_crew.Folder, "shop.sock");

    [Fact]
    public async Task A_queue_is_paused_with_a_reason_and_an_end_seen_so_drained_and_resumed()
    {
        await StartAsync();
        var calm = await RunAsync("status");
        (calm.ExitCode, calm.Errors).ShouldBe((0, ""));
        calm.Output.ShouldBe(
            $"process {Environment.ProcessId} ('shop'): 2 queues, nothing needs attention\n" +
            "  invoices  Open  0 waiting, 0 running of 10, 0 scheduled, 0 retrying; so far 0 succeeded, 0 failed, 0 cancelled\n" +
            "  mails     Open  0 waiting, 0 running of 10, 0 scheduled, 0 retrying; so far 0 succeeded, 0 failed, 0 cancelled");
        (await RunAsync("pause", "mails", "--reason", "The mail server restarts.", "--for", "10m")).ExitCode.ShouldBe(0);
        var paused = await RunAsync("status");
        paused.ExitCode.ShouldBe(5);
        var lines = paused.Output.Split('\n');
        lines[0].ShouldEndWith("2 queues, 1 of them needs attention");
        lines[1].ShouldStartWith("~ mails     Paused for ");
        lines[2].ShouldStartWith("    paused until 20");
        lines[2].ShouldEndWith("Z: The mail server restarts. To let it go on: actors jobs resume mails");
        (await RunAsync("status", "--json", "mails")).Json.GetProperty("queues")[0].GetProperty("pause").GetProperty("reason").GetString().ShouldBe("The mail server restarts.");
        (await RunAsync("resume", "mails")).ExitCode.ShouldBe(0);
        (await RunAsync("drain", "mails", "--reason", "It goes.")).Output.ShouldSatisfyAllConditions(
            drained => drained.ShouldContain("~ mails  Drained for "),
            drained => drained.ShouldContain("drained, takes no new jobs: It goes."));
        (await RunAsync("resume", "mails", "invoices")).ExitCode.ShouldBe(0);
        (await RunAsync("status")).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Workers_and_limits_are_changed_while_it_runs_seen_and_reset()
    {
        var jobs = await StartAsync();
        (await RunAsync("workers", "mails", "3", "--reason", "The sale.")).ExitCode.ShouldBe(0);
        var changed = await RunAsync("limits", "mails", "--concurrency", "2", "--rate", "100 per minute, burst 10");
        (changed.ExitCode, changed.Errors).ShouldBe((0, ""));
        changed.Output.ShouldContain("0 running of 3");
        changed.Output.ShouldContain($"\n    changed by {Environment.UserName} at 20");
        changed.Output.ShouldEndWith("Z (no reason was given): workers 3 (configured: 10), concurrency 2 (configured: none), rate 100 per 1 m, burst 10 (configured: none). To go back: actors jobs reset mails");
        (await jobs.GetQueueAsync("mails")).Override.ShouldNotBeNull().Change.ShouldBe(
            new QueueChange { Workers = 3, Concurrency = 2, Rate = new RateLimit(100, TimeSpan.FromMinutes(1)) { Burst = 10 } });
        var none = await RunAsync("limits", "mails", "--concurrency", "0");
        (none.ExitCode, none.Output).ShouldBe((2, ""));
        none.Errors.ShouldBe("A limit is at least 1. To let no job run, pause the queue.");
        (await RunAsync("workers", "mails", "0")).Errors.ShouldContain("To let no job run, pause the queue.");
        (await RunAsync("limits", "mails")).Errors.ShouldContain("Say what to change: --concurrency, --concurrency-per-key, --rate or --rate-per-key");
        (await RunAsync("limits", "mails", "--rate", "fast")).Errors.ShouldContain("'--rate fast' must be such as '100 per minute'");
        (await RunAsync("reset", "mails")).Output.ShouldNotContain("changed by");
    }

    [Fact]
    public async Task A_name_or_a_time_that_cannot_be_meant_is_refused_and_says_what_may_be()
    {
        await StartAsync();
        var unknown = await RunAsync("pause", "invoices", "mials");
        (unknown.ExitCode, unknown.Output).ShouldBe((6, ""));
        unknown.Errors.ShouldStartWith("There is no queue 'mials'. Did you mean 'mails'? There are: invoices, mails. ");
        (await RunAsync("status")).ExitCode.ShouldBe(0, "the other was left alone");
        (await RunAsync("pause", "mails", "--for", "-5m")).Errors.ShouldContain("must be a time above 0");
        (await RunAsync("pause", "mails", "--for", "5")).Errors.ShouldContain("'--for 5' must be a time above 0 such as 90s", Case.Sensitive, "nobody means milliseconds");
        (await RunAsync("workers", "mails", "many")).Errors.ShouldStartWith("'many' must be a whole number.");
        (await RunAsync("delete", "--everything", "--count", "x")).ShouldSatisfyAllConditions(
            ran => ran.ExitCode.ShouldBe(2),
            ran => ran.Errors.ShouldStartWith("'--count x' must be a whole number of 0 or more."));
        (await RunAsync("pause")).ExitCode.ShouldBe(2);
        var nobody = JobId.Parse("019b76da-a800-7127-b25b-a8c3d267018b");
        foreach (var command in new[] { "show", "why", "cancel", "retry", "run-again", "delete" })
        {
            var missing = await RunAsync(command, nobody.ToString());
            (missing.ExitCode, missing.Output).ShouldBe((6, ""), command);
            missing.Errors.ShouldStartWith($"There is no job {nobody}");
            var wrong = await RunAsync(command, "17");
            (wrong.ExitCode, wrong.Output).ShouldBe((8, ""), command);
            wrong.Errors.ShouldContain("'17' is no id of a job");
        }
    }

    [Fact]
    public async Task A_queue_whose_consumer_is_stopped_needs_attention()
    {
        await StartAsync();
        (await _crew.RunAsync("stop", "mails", "--socket", Socket)).ExitCode.ShouldBe(0);
        var stopped = await RunAsync("status");
        stopped.ExitCode.ShouldBe(5);
        stopped.Output.ShouldContain("\n~ mails     Open  0 waiting");
        stopped.Output.ShouldContain("\n    its consumer does not run, so this process starts none of its jobs: actors start mails");
        (await _crew.RunAsync("start", "mails", "--socket", Socket)).ExitCode.ShouldBe(0);
        await _crew.RunUntilAsync(ran => ran.ExitCode == 0, "jobs", "status", "--socket", Socket);
    }

    [Fact]
    public async Task A_job_is_shown_explained_edited_retried_and_cancelled()
    {
        var jobs = await StartAsync();
        var id = await jobs.EnqueueAsync(new Invoice(-1), o => o.Delay(TimeSpan.FromHours(1)).Key("customer 7").Tag("late"));
        (await RunAsync("why", $"{id}")).Output.ShouldStartWith("Its time has not come: it waits until ");
        var shown = await RunAsync("show", $"{id}");
        shown.ExitCode.ShouldBe(0);
        shown.Output.ShouldStartWith($"job       {id}\ntype      invoice\nqueue     invoices\nstate     Scheduled\nwhy       ");
        shown.Output.ShouldContain("\nkey       customer 7\ntags      late");
        var unfit = await RunAsync("edit", $"{id}", "--args", "{\"number\":\"many\"}");
        unfit.ExitCode.ShouldBe(8);
        unfit.Errors.ShouldContain("The arguments do not fit a 'invoice'");
        (await RunAsync("edit", $"{id}", "--args", "{\"number\":-2}")).Output.ShouldBe($"Job {id} has the new arguments. It is Scheduled; to run it now: actors jobs retry {id}.");
        (await RunAsync("retry", $"{id}")).ExitCode.ShouldBe(0);
        await _crew.RunUntilAsync(ran => ran.Output.Contains("state     Failed", StringComparison.Ordinal), "jobs", "show", $"{id}", "--socket", Socket);
        await _crew.RunUntilAsync(ran => ran.Output.Contains("args      {\"number\":-2}", StringComparison.Ordinal), "jobs", "show", $"{id}", "--socket", Socket);
        var stays = await RunAsync("retry", $"{id}");
        (stays.ExitCode, stays.Output).ShouldBe((5, $"{id}  Failed: it has finished and stays as it is. To run it once more: actors jobs run-again {id}"));
        (await RunAsync("run-again", $"{id}")).Output.ShouldStartWith($"{id}  stays as it is; job ");
        var second = await jobs.EnqueueAsync(new Invoice(1), o => o.Delay(TimeSpan.FromHours(1)));
        (await RunAsync("cancel", $"{second}", "--reason", "twice")).Output.ShouldBe($"{second}  Cancelled");
        (await jobs.GetAsync(second)).Error.ShouldBe("twice");
        (await RunAsync("cancel", $"{id}")).ShouldSatisfyAllConditions(ran => ran.ExitCode.ShouldBe(5), ran => ran.Output.ShouldBe($"{id}  Failed: it has finished and stays as it is"));
        (await RunAsync("delete", $"{id}", $"{second}")).Output.ShouldBe($"{id}  deleted\n{second}  deleted");
        (await jobs.FindAsync(id)).ShouldBeNull();
    }

    [Fact]
    public async Task A_job_shows_what_it_has_returned_and_by_what_it_was_cut_short()
    {
        var jobs = await StartAsync();
        var paid = await jobs.EnqueueAsync(new Invoice(7));
        (await jobs.WaitAsync(paid)).State.ShouldBe(JobState.Succeeded);
        (await RunAsync("show", $"{paid}")).Output.ShouldContain("\nresult    \"paid\"");
        var waits = await jobs.EnqueueAsync(new Invoice(0));
        await _crew.RunUntilAsync(ran => ran.Output.Contains("attempt 1: waiting for the bank", StringComparison.Ordinal), "jobs", "show", $"{waits}", "--socket", Socket);
        (await _crew.RunAsync("stop", "invoices", "--socket", Socket)).ExitCode.ShouldBe(0);
        var shown = await _crew.RunUntilAsync(ran => ran.Output.Contains("state     Waiting", StringComparison.Ordinal), "jobs", "show", $"{waits}", "--socket", Socket);
        shown.Output.ShouldContain("\nwhy       No process takes jobs of its queue: start its consumer, the service 'invoices'.");
        shown.Output.ShouldContain("\ncut short attempt 1 at 20");
        shown.Output.ShouldContain("Z: the consumer of the queue was stopped\n");
    }

    [Fact]
    public async Task A_batch_that_a_job_waits_for_is_shown()
    {
        var jobs = await StartAsync();
        var batch = await jobs.EnqueueBatchAsync([new Invoice(1), new Invoice(-1), new Invoice(2)], b => b.Each((o, i) => o.Delay(i == 2 ? TimeSpan.FromHours(1) : TimeSpan.Zero)));
        var shown = await _crew.RunUntilAsync(ran => ran.Output.Contains("1 to go", StringComparison.Ordinal), "jobs", "show", $"{batch.Id}", "--socket", Socket);
        (shown.ExitCode, shown.Output).ShouldBe((0, $"batch     {batch.Id}\nqueue     invoices\njobs      3: 1 succeeded, 1 failed, 0 cancelled, 1 to go"));
        (await RunAsync("cancel", $"{batch.IdOf(2)}")).ExitCode.ShouldBe(0);
        await _crew.RunUntilAsync(ran => ran.Output.Contains("1 cancelled, 0 to go\nended     20", StringComparison.Ordinal), "jobs", "show", $"{batch.Id}", "--socket", Socket);
        (await RunAsync("show", $"{batch.Id}", "--json")).Json.GetProperty("batch").GetProperty("id").GetString().ShouldBe($"{batch.Id}");
    }

    [Fact]
    public async Task All_that_match_are_counted_first_and_changed_when_the_number_is_named()
    {
        var jobs = await StartAsync();
        await jobs.EnqueueManyAsync(Enumerable.Range(1, 12).Select(n => new Invoice(n)).ToList(), o => o.Tag("late").Delay(TimeSpan.FromHours(1)));
        var counted = await RunAsync("cancel", "--tag", "late");
        (counted.ExitCode, counted.Output).ShouldBe((8, ""));
        counted.Errors.ShouldBe(
            "12 jobs match. Nothing was changed.\n" +
            "To cancel them: the same with --count 12, which is refused if there are more by then; or with --yes, however many there are.\n" +
            "To look at them first: actors jobs search with the same filter.");
        (await RunAsync("cancel", "--tag", "late", "--count", "11")).Errors.ShouldStartWith("12 jobs match, more than the 11 that you expect. Nothing was changed.");
        (await RunAsync("cancel", "--tag", "late", "--json")).Json.GetProperty("matched").GetInt64().ShouldBe(12);
        (await RunAsync("cancel", "--arg", "number=3", "--count", "1")).Output.ShouldBe("1 job was cancelled.");
        (await RunAsync("cancel", "--tag", "late", "--count", "12")).Output.ShouldBe("11 jobs were cancelled.");
        (await RunAsync("cancel", "--tag", "late")).Output.ShouldBe("No job matches that could be cancelled.");
        (await RunAsync("retry", "--tag", "late", "--state", "failed")).ShouldSatisfyAllConditions(ran => ran.ExitCode.ShouldBe(2), ran => ran.Errors.ShouldContain("cannot be retried now"));
        (await RunAsync("delete")).ExitCode.ShouldBe(2);
        (await RunAsync("delete", "--yes")).Errors.ShouldContain("Say which jobs to delete: ids, or what they have, such as --queue emails --state retrying; --everything for all.");
        (await RunAsync("delete", $"{JobId.Parse("019b76da-a800-7127-b25b-a8c3d267018b")}", "--tag", "late")).ExitCode.ShouldBe(2);
        await _crew.RunUntilAsync(ran => ran.Output.Contains("12 cancelled", StringComparison.Ordinal), "jobs", "status", "--socket", Socket);
        (await RunAsync("delete", "--everything", "--yes")).Output.ShouldBe("12 jobs were deleted.");
        (await jobs.CountAsync(new JobFilter())).ShouldBe(0);
    }

    [Fact]
    public async Task Jobs_that_are_named_or_match_go_to_another_queue()
    {
        var jobs = await StartAsync();
        var ids = await jobs.EnqueueManyAsync(Enumerable.Range(1, 3).Select(n => new Invoice(n)).ToList(), o => o.Tag("late").Delay(TimeSpan.FromHours(1)));
        (await RunAsync("move", $"{ids[0]}", "--to", "mails")).Output.ShouldBe($"{ids[0]}  Scheduled, in queue mails");
        (await jobs.GetAsync(ids[0])).Queue.ShouldBe("mails");
        var counted = await RunAsync("move", "--tag", "late", "--to", "mails");
        (counted.ExitCode, counted.Output).ShouldBe((8, ""));
        counted.Errors.ShouldStartWith("2 jobs match. Nothing was changed.\nTo move them: the same with --count 2, which is refused if there are more by then; or with --yes, however many there are.");
        (await RunAsync("move", "--tag", "late", "--to", "mails", "--count", "2", "--json")).Json.GetProperty("changed").GetInt64().ShouldBe(2);
        (await jobs.GetQueueAsync("mails")).Scheduled.ShouldBe(3);
        (await RunAsync("move", "--tag", "late", "--to", "mails", "--yes")).Output.ShouldBe("No job matches that could be moved.");
        (await RunAsync("move", "--tag", "late", "--to", "invoices", "--yes")).Output.ShouldBe("3 jobs were moved.");
        var missing = await RunAsync("move", $"{ids[0]}", "--to", "mials");
        (missing.ExitCode, missing.Output).ShouldBe((6, ""));
        missing.Errors.ShouldStartWith("There is no queue 'mials'. Did you mean 'mails'?");
        (await RunAsync("move", $"{ids[0]}")).ShouldSatisfyAllConditions(ran => ran.ExitCode.ShouldBe(2), ran => ran.Errors.ShouldContain("--to"));
        (await RunAsync("move", "--to", "mails")).Errors.ShouldContain("Say which jobs to move: ids, or what they have");
        await jobs.CancelAsync(ids[0]);
        var refused = await RunAsync("move", $"{ids[0]}", "--to", "mails");
        (refused.ExitCode, refused.Output).ShouldBe((8, ""));
        refused.Errors.ShouldContain("It has finished: only a job that is to run can go to another queue.");
        (await RunAsync("move", "--help")).Output.ShouldContain("--to <QUEUE>");
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.StopAsync();
            _host.Dispose();
        }

        await _crew.DisposeAsync();
    }

    private async Task<IJobs> StartAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = _crew.Folder });
        builder.Services.AddActors("shop", actors => actors
            .UseInMemoryStore()
            .UseManagementSocket(Socket)
            .AddQueue("invoices", q => q.AddHandler<InvoiceHandler>().Options.StopTimeout = TimeSpan.FromMilliseconds(50))
            .AddQueue("mails", q => { }));
        _host = builder.Build();
        await _host.StartAsync();
        var jobs = _host.Services.GetRequiredService<IJobs>();
        while (!(await jobs.GetQueuesAsync()).All(queue => queue.IsConsumed))
        {
            await Task.Yield();
        }

        return jobs;
    }

    private Task<Crew.Ran> RunAsync(params string[] arguments) => _crew.RunAsync(["jobs", .. arguments, "--socket", Socket]);

    [Job("invoice", Queue = "invoices", MaxAttempts = 1)]
    internal sealed record Invoice([Index] int Number);

    private sealed class InvoiceHandler : IJobHandler<Invoice>
    {
        public Task HandleAsync(Invoice job, JobContext context, CancellationToken cancellationToken)
        {
            switch (job.Number)
            {
                case < 0:
                    throw new InvalidOperationException($"no invoice {job.Number}");
                case 0:
                    context.Log("waiting for the bank");
                    return Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
                case 7:
                    return Task.FromResult(JobResult.Succeed("paid"));
                default:
                    return Task.CompletedTask;
            }
        }
    }
}
