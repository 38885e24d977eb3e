using Actors.Jobs;
using Actors.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Actors.Hosting.Tests.Management;

/// <summary>What the log keeps of the commands over the management socket, for whoever asks later what was done.</summary>
public sealed class CommandLogTests : IDisposable
{
    private const string Category = "Actors.Hosting.Management";

    private readonly string _folder = Directory.CreateTempSubdirectory("management-").FullName;
    private readonly LinesLog _log = new();

    private string Socket => Path.Combine(_folder, "test.sock");

    [Fact]
    public async Task Commands_are_logged_with_what_they_are_about_and_questions_are_not()
    {
        using var host = TestHost.Create(
            actors => actors.UseInMemoryStore().UseManagementSocket(Socket).AddQueue("mails", q => { }).AddQueue("invoices", q => { }),
            services: services => services.AddSingleton<ILoggerFactory>(_log),
            contentRoot: _folder);
        await host.StartAsync();
        var opened = _log.Of(Category).Count;
        var nobody = JobId.Parse("019b76da-a800-7127-b25b-a8c3d267018b");
        foreach (var question in new[] { "ping", "status", "queues", "search-jobs", "job-errors", "schedules" })
        {
            await ManagementClient.SendAsync(Socket, new ManagementRequest(question));
        }

        _log.Of(Category).Count.ShouldBe(opened);
        await ManagementClient.SendAsync(Socket, new ManagementRequest("pause-queue") { Queues = ["mails", "invoices"] });
        await ManagementClient.SendAsync(Socket, new ManagementRequest("cancel-jobs") { Ids = [$"{nobody}"] });
        await ManagementClient.SendAsync(Socket, new ManagementRequest("delete-jobs") { Jobs = new JobFilter { Queue = "mails" } });
        _log.Of(Category).Skip(opened).ShouldBe(
        [
            "Information Command over the management socket: pause-queue mails invoices",
            $"Information Command over the management socket: cancel-jobs {nobody}",
            "Information Command over the management socket: delete-jobs (by a filter)",
        ]);
        await host.StopAsync();
    }

    [Fact]
    public async Task Arguments_as_large_as_a_job_may_have_come_through()
    {
        using var host = TestHost.Create(
            actors => actors.UseInMemoryStore().UseManagementSocket(Socket).AddQueue("notes", q => q.AddHandler<NoteHandler>()),
            services: services => services.AddSingleton<ILoggerFactory>(_log),
            contentRoot: _folder);
        await host.StartAsync();
        var jobs = host.Services.GetRequiredService<IJobs>();
        var id = await jobs.EnqueueAsync(new Note("short"), o => o.Delay(TimeSpan.FromHours(1)));
        var args = $$"""{"text":"{{new string('x', 1_000_000)}}"}""";
        var edited = await ManagementClient.SendAsync(Socket, new ManagementRequest("edit-job") { Ids = [$"{id}"], Args = args });
        (edited.Outcome, edited.Text[..4]).ShouldBe((ManagementOutcome.Done, "Job "));
        await host.StopAsync();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Job("long-note", Queue = "notes")]
    internal sealed record Note(string Text);

    internal sealed class NoteHandler : IJobHandler<Note>
    {
        public Task HandleAsync(Note job, JobContext context, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
