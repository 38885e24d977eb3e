using System.Diagnostics;
using Actors.Jobs.Queues;

namespace Actors.Jobs.Tests.Queues;

public sealed class JobIndexTests
{
    private readonly JobTable _table = new();

    [Fact]
    public void Every_job_is_found_after_many_rehashes()
    {
        var random = new Random(1);
        var ids = Enumerable.Range(1, 200_000).Select(_ => JobId.Create(TimeProvider.System, random)).ToArray();
        for (var i = 0; i < ids.Length; i++)
        {
            _table.Add(i + 1, ids[i]).State = JobState.Waiting;
        }

        for (var i = 0; i < ids.Length; i++)
        {
            _table.TryFind(ids[i], out var number).ShouldBeTrue();
            number.ShouldBe(i + 1);
        }
    }

    [Fact]
    public void A_place_that_was_given_up_does_not_hide_those_behind_it()
    {
        var random = new Random(2);
        var live = new Queue<(JobId Id, long Number)>();
        for (var number = 1L; number <= 300_000; number++)
        {
            var id = JobId.Create(TimeProvider.System, random);
            _table.Add(number, id).State = JobState.Waiting;
            live.Enqueue((id, number));
            if (live.Count > 5000)
            {
                var (_, oldest) = live.Dequeue();
                _table.Remove(oldest);
            }
        }

        live.Count(job => _table.TryFind(job.Id, out var found) && found == job.Number).ShouldBe(live.Count);
    }

    [Fact]
    public void Ids_of_a_callers_making_that_differ_in_a_few_bytes_only_are_as_quick()
    {
        // A caller may make ids from a key of its own: the last bytes need not be random.
        var watch = Stopwatch.StartNew();
        for (var i = 1; i <= 50_000; i++)
        {
            _table.Add(i, new JobId(new Guid(i, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8]))).State = JobState.Waiting;
        }

        _table.TryFind(new JobId(new Guid(40_000, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8])), out var number).ShouldBeTrue();
        number.ShouldBe(40_000);
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void Of_two_jobs_with_one_id_the_right_one_is_removed()
    {
        var id = JobId.Create(TimeProvider.System, new Random(3));
        _table.Add(1, id).State = JobState.Succeeded;
        _table.Add(2, id).State = JobState.Waiting;
        _table.Remove(1);
        _table.TryFind(id, out var number).ShouldBeTrue();
        number.ShouldBe(2);
    }
}
