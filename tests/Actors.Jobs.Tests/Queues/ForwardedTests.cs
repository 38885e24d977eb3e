using System.Reflection;
using Actors.Jobs.Queues;
using Actors.Persistence;

namespace Actors.Jobs.Tests.Queues;

public sealed class ForwardedTests
{
    /// <summary>What is about memory and not about the job.</summary>
    private static readonly string[] NotStored = ["Next", "Previous", "CacheSlot", "Key"];

    /// <summary>A field that is added to a job and forgotten here would be lost when the job is written forward.</summary>
    [Theory]
    [InlineData(nameof(JobState.Scheduled))]
    [InlineData(nameof(JobState.Waiting))]
    [InlineData(nameof(JobState.Running))]
    [InlineData(nameof(JobState.Retrying))]
    [InlineData(nameof(JobState.Parked))]
    public void Everything_that_is_known_of_a_job_is_written_forward(string state)
    {
        const long Number = 12_345;
        object entry = new JobEntry();
        var value = 100;
        foreach (var field in Fields())
        {
            field.SetValue(entry, Value(field.FieldType, value++));
        }

        var before = (JobEntry)entry;
        before.Priority = JobPriority.Lowest; // Only what is one is written as one.
        before.State = Enum.Parse<JobState>(state);
        before.DueAtMs = before.State is JobState.Scheduled or JobState.Retrying ? 7_000_000 : 0;
        var known = new QueueState();
        var traits = new JobTraits { Tags = TagList.Of(["urgent", "mail"]), TraceParent = "00-1-2-01", TraceState = "a=b" } with
        {
            Interruption = new JobInterruption(JobInterruptionCause.ProcessSilent, 3, DateTimeOffset.FromUnixTimeMilliseconds(4_000_000), 77),
            Steps = JobSteps.None.Add("charge", "12"u8.ToArray()).Add("mail", default),
        };
        ref var place = ref known.Replace(Number, before.Id, before.State, "what went wrong", node: 77, "customer 7", traits with { IndexedArgs = [5, 6] });
        (before.Key, before.HasTraits) = (place.Key, true);
        place = before;
        known.BeginCancel(Number, "nobody wants it");
        known.Suspect(Number, 2);
        known.Replace(Number + 1, JobId.Create(TimeProvider.System, new Random(7)), JobState.Running, null, node: 0);
        known.BeginCancel(Number + 1, null);
        known.Suspect(Number + 1, 0);
        var draft = new CommitDraft(firstNumber: 1, firstRow: 1);
        draft.AddForwarded(known, Number);
        draft.AddForwarded(known, Number + 1);
        draft.FormatVersion.ShouldBe(4, "An older program would lose the key and the tags.");

        var replayed = new QueueState();
        new CommitReplay(replayed, new CommitLedger()).Apply(
            new CommitRow(1, 1, Guid.Empty, draft.FormatVersion, draft.Encode(atMs: 5_000_000, historyThrough: 0, state: null)));
        var after = replayed.Jobs[Number];
        foreach (var field in Fields())
        {
            field.GetValue(after).ShouldBe(field.GetValue(before), field.Name);
        }

        replayed.Keys.Name(after.Key).ShouldBe("customer 7");
        replayed.Traits(Number).ShouldBe(traits);
        replayed.TraitsToStore(Number).ShouldNotBeNull().IndexedArgs.ShouldBe([5UL, 6UL]);
        (replayed.Jobs[Number + 1].Key, replayed.Traits(Number + 1)).ShouldBe((0, null));
        foreach (var number in new[] { Number, Number + 1 })
        {
            replayed.Error(number).ShouldBe(known.Error(number));
            replayed.Granted.Contains(number).ShouldBe(known.Granted.Contains(number));
            replayed.GrantedTo.GetValueOrDefault(number).ShouldBe(known.GrantedTo.GetValueOrDefault(number));
            replayed.IsCancelling(number, out var reason).ShouldBeTrue();
            known.IsCancelling(number, out var reasonBefore);
            reason.ShouldBe(reasonBefore);
            replayed.IsSuspect(number, out var crashes).ShouldBeTrue();
            known.IsSuspect(number, out var crashesBefore);
            crashes.ShouldBe(crashesBefore);
        }

        Enum.GetValues<JobState>().ShouldAllBe(s => replayed.Count(s) == known.Count(s));
        replayed.Jobs.TryFind(before.Id, out var found).ShouldBeTrue();
        found.ShouldBe(Number);
    }

    [Fact]
    public void What_few_jobs_have_is_kept_in_these_tables_and_written_forward_from_all_of_them()
    {
        var byNumber = typeof(QueueState).GetFields(BindingFlags.Instance | BindingFlags.NonPublic)
            .Where(field => field.FieldType.IsGenericType && (field.FieldType.GetGenericArguments()[0] == typeof(long) || field.FieldType.GetGenericTypeDefinition() == typeof(NumberMap<>)))
            .Select(field => field.Name.TrimStart('_', '<').Split('>')[0]);
        // A fingerprint is made of its error when somebody looks for it.
        byNumber.Order().ShouldBe(["GrantedTo", "Granted", "cancelling", "errors", "fingerprints", "suspects", "traits"], ignoreOrder: true, "Write the new table forward too, and test it above.");
    }

    [Fact]
    public void A_commit_without_forwarded_jobs_can_be_read_by_older_programs() => new CommitDraft(1, 1).FormatVersion.ShouldBe(1);

    private static IEnumerable<FieldInfo> Fields() => typeof(JobEntry).GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
        .Where(field => !NotStored.Contains(field.Name));

    private static object Value(Type type, int value) =>
        type == typeof(JobId) ? JobId.Create(TimeProvider.System, new Random(value))
        : type.IsEnum ? Enum.ToObject(type, 1)
        : Convert.ChangeType(value, type, System.Globalization.CultureInfo.InvariantCulture);
}
