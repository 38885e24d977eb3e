using System.Reflection;
using Actors.Jobs.Queues;
using Actors.Persistence;

namespace Actors.Jobs.Tests.Queues;

public sealed class ForwardedTests
{
    /// <summary>What is about memory and not about the job.</summary>
    private static readonly string[] NotStored = ["Next", "Payload"];

    /// <summary>A field that is added to a job and forgotten here would be lost when the job is written forward.</summary>
    [Theory]
    [InlineData(nameof(JobState.Scheduled))]
    [InlineData(nameof(JobState.Waiting))]
    [InlineData(nameof(JobState.Running))]
    [InlineData(nameof(JobState.Retrying))]
    [InlineData(nameof(JobState.Parked))]
    public void Everything_that_is_known_of_a_job_is_written_forward(string state)
    {
        object entry = new JobEntry();
        var value = 100;
        foreach (var field in Fields())
        {
            field.SetValue(entry, Value(field.FieldType, value++));
        }

        var before = (JobEntry)entry;
        before.State = Enum.Parse<JobState>(state);
        before.DueAtMs = before.State is JobState.Scheduled or JobState.Retrying ? 7_000_000 : 0;
        var draft = new CommitDraft(firstRow: 1);
        draft.AddForwarded(before, 12_345, "what went wrong");
        draft.FormatVersion.ShouldBe(2, "An older program would lose the job.");

        var replayed = new QueueState();
        new CommitReplay(replayed, new CommitLedger()).Apply(
            new CommitRow(1, 1, Guid.Empty, draft.FormatVersion, draft.Encode(atMs: 5_000_000, historyThrough: 0, state: null)));
        var after = replayed.Jobs[12_345];
        foreach (var field in Fields())
        {
            field.GetValue(after).ShouldBe(field.GetValue(before), field.Name);
        }

        replayed.Error(12_345).ShouldBe("what went wrong");
        replayed.Granted.Contains(12_345).ShouldBe(before.State == JobState.Running);
        replayed.Count(before.State).ShouldBe(1);
        replayed.Jobs.TryFind(before.Id, out var number).ShouldBeTrue();
        number.ShouldBe(12_345);
    }

    [Fact]
    public void A_commit_without_forwarded_jobs_can_be_read_by_older_programs() => new CommitDraft(1).FormatVersion.ShouldBe(1);

    private static IEnumerable<FieldInfo> Fields() => typeof(JobEntry).GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
        .Where(field => !NotStored.Contains(field.Name));

    private static object Value(Type type, int value) =>
        type == typeof(JobId) ? JobId.Create(TimeProvider.System, new Random(value))
        : type.IsEnum ? Enum.ToObject(type, 1)
        : Convert.ChangeType(value, type, System.Globalization.CultureInfo.InvariantCulture);
}
