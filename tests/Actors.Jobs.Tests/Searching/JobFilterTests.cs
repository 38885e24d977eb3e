namespace Actors.Jobs.Tests.Searching;

public sealed class JobFilterTests
{
    [Fact]
    public void Only_a_filter_in_which_nothing_is_set_is_empty()
    {
        new JobFilter().IsEmpty.ShouldBeTrue();
        JobFilter[] filters =
        [
            new() { Queue = "q" }, new() { Type = "t" }, new() { States = [JobState.Failed] }, new() { Key = "k" }, new() { Tag = "t" },
            new JobFilter().Arg("a.b", "1"), new() { ErrorFingerprint = "00c0ffee12345678" },
            new() { EnqueuedFrom = DateTimeOffset.UnixEpoch }, new() { EnqueuedBefore = DateTimeOffset.UnixEpoch },
            new() { FinishedFrom = DateTimeOffset.UnixEpoch }, new() { FinishedBefore = DateTimeOffset.UnixEpoch },
        ];
        filters.ShouldAllBe(filter => !filter.IsEmpty);
        foreach (var filter in filters)
        {
            filter.Validate("filter");
        }
    }

    [Fact]
    public void What_no_job_can_have_is_refused_with_all_faults_together()
    {
        var filter = new JobFilter
        {
            Queue = " ",
            States = [(JobState)77],
            ErrorFingerprint = "xyz",
            EnqueuedFrom = DateTimeOffset.UnixEpoch,
            EnqueuedBefore = DateTimeOffset.UnixEpoch,
        }.Arg("a..b", "1");
        var message = Should.Throw<ArgumentException>(() => filter.Validate("filter")).Message;
        message.ShouldContain("Queue has 1 to 1000 characters");
        message.ShouldContain("no job state 77");
        message.ShouldContain("'a..b' = '1'");
        message.ShouldContain("'xyz'");
        message.ShouldContain("EnqueuedFrom (1970-01-01");
    }
}
