using System.Text.Json;
using Actors.Hosting;
using Actors.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Actors.Cli.Tests.Running;

/// <summary>The tool looks for jobs of a program, which is this process.</summary>
public sealed class JobsTests : IAsyncDisposable
{
    private readonly Crew _crew = new();
    private IHost? _host;

    private string Socket => Path.Combine(_crew.Folder, "shop.sock");

    [Fact]
    public async Task Jobs_are_found_by_everything_that_a_filter_has()
    {
        var jobs = await StartAsync();
        var later = await jobs.EnqueueAsync(new Invoice(42, "blue"), o => o.Key("customer 7").Tag("urgent").Delay(TimeSpan.FromHours(1)));
        await jobs.EnqueueAsync(new Invoice(43, "red"), o => o.Delay(TimeSpan.FromHours(1)));
        string[][] questions =
        [
            ["--key", "customer 7"], ["--tag", "urgent"], ["--arg", "number=42"], ["--arg", "colour=blue", "--state", "scheduled"], ["--type", "invoice", "--key", "customer 7", "--queue", "invoices", "--since", "1h"],
        ];
        foreach (var question in questions)
        {
            var found = await RunAsync(["search", .. question]);
            (found.ExitCode, found.Errors).ShouldBe((0, ""));
            found.Output.ShouldStartWith($"{later}  Scheduled  invoice  ");
            found.Output.ShouldEndWith(" invoices, key 'customer 7', tags urgent");
            found.Output.ShouldNotContain("\n");
        }

        (await RunAsync("search", "--key", "nobody")).Output.ShouldBe("No job matches.");
        var first = await RunAsync("search", "--limit", "1", "--json");
        first.Json.GetProperty("jobs").GetArrayLength().ShouldBe(1);
        var second = await RunAsync("search", "--limit", "1", "--json", "--cursor", first.Json.GetProperty("next").GetString()!); // A second page was promised.
        Ids(first.Json).Concat(Ids(second.Json)).Count(id => id == later.ToString()).ShouldBe(1);

        static IEnumerable<string?> Ids(JsonElement answer) => answer.GetProperty("jobs").EnumerateArray().Select(job => job.GetProperty("id").GetString());
    }

    [Fact]
    public async Task Errors_are_counted_and_lead_to_their_jobs()
    {
        var jobs = await StartAsync();
        var ids = await jobs.EnqueueManyAsync(Enumerable.Range(0, 3).Select(n => new Invoice(-n - 1, "x")).ToList());
        await _crew.RunUntilAsync(ran => ran.Output.StartsWith("       3  ", StringComparison.Ordinal), "jobs", "errors", "--socket", Socket);
        var errors = await RunAsync("errors", "--json");
        var error = errors.Json.GetProperty("errors").EnumerateArray().ShouldHaveSingleItem();
        error.GetProperty("count").GetInt64().ShouldBe(3);
        var fingerprint = error.GetProperty("fingerprint").GetString()!; // Each has one.
        var found = await RunAsync("search", "--error", fingerprint);
        found.Output.Split('\n').Length.ShouldBe(3);
        found.Output.ShouldContain($"{ids[0]}  Failed  invoice");
        found.Output.ShouldContain("System.InvalidOperationException: no invoice -1");
    }

    [Fact]
    public async Task A_question_that_makes_no_sense_is_refused()
    {
        await StartAsync();
        (await RunAsync("search", "--arg", "number")).ExitCode.ShouldBe(2);
        (await RunAsync("search", "--since", "yore")).ExitCode.ShouldBe(2);
        var lost = await RunAsync("search", "--state", "failed", "--state", "lost");
        (lost.ExitCode, lost.Output).ShouldBe((2, ""));
        lost.Errors.ShouldStartWith("There is no state 'lost'. There are scheduled, waiting, running, retrying, succeeded, failed, cancelled, parked, quarantined, awaiting.");
        foreach (var limit in new[] { "0", "1001", "x" })
        {
            var wrong = await RunAsync("search", "--limit", limit);
            (wrong.ExitCode, wrong.Output).ShouldBe((2, ""));
            wrong.Errors.ShouldStartWith($"'--limit {limit}' must be a whole number from 1 to 1000.");
        }

        var refused = await RunAsync("search", "--error", "xyz");
        (refused.ExitCode, refused.Output).ShouldBe((2, ""));
        refused.Errors.ShouldContain("The fingerprint of an error has 16 hexadecimal digits");
        (await RunAsync("search", "--queue", "nowhere")).Errors.ShouldContain("nowhere");
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
            .AddQueue("invoices", q => q.AddHandler<InvoiceHandler>()));
        _host = builder.Build();
        await _host.StartAsync();
        return _host.Services.GetRequiredService<IJobs>();
    }

    private Task<Crew.Ran> RunAsync(params string[] arguments) => _crew.RunAsync(["jobs", .. arguments, "--socket", Socket]);

    [Job("invoice", Queue = "invoices", MaxAttempts = 1)]
    internal sealed record Invoice([Index] int Number, string Colour);

    private sealed class InvoiceHandler : IJobHandler<Invoice>
    {
        public Task HandleAsync(Invoice job, JobContext context, CancellationToken cancellationToken) =>
            job.Number < 0 ? throw new InvalidOperationException($"no invoice {job.Number}") : Task.CompletedTask;
    }
}
