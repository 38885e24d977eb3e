using System.Runtime.CompilerServices;
using Actors.Jobs.Queues;

namespace Actors.Jobs.Tests.Queues;

public sealed class JobTableTests
{
    private const int ChunkSize = JobChunk.Size;

    private readonly JobTable _table = new();
    private readonly Random _random = new(1);

    [Fact]
    public void A_job_is_found_by_number_and_by_id_until_it_is_removed()
    {
        var id = Add(1);
        _table.Contains(1).ShouldBeTrue();
        _table.TryFind(id, out var number).ShouldBeTrue();
        number.ShouldBe(1);

        _table.Remove(1);
        _table.Contains(1).ShouldBeFalse();
        _table.TryFind(id, out _).ShouldBeFalse();
        _table.Count.ShouldBe(0);
    }

    [Fact]
    public void Numbers_are_not_used_again()
    {
        Add(1);
        _table.Remove(1);
        _table.NextNumber.ShouldBe(2);
    }

    [Fact]
    public void An_unknown_number_is_not_contained_wherever_it_lies()
    {
        Add(5 * ChunkSize);
        _table.Contains(1).ShouldBeFalse();
        _table.Contains((5 * ChunkSize) + 1).ShouldBeFalse();
        _table.Contains(900 * ChunkSize).ShouldBeFalse();
    }

    [Fact]
    public void A_job_that_waits_takes_no_more_than_150_bytes()
    {
        Unsafe.SizeOf<JobEntry>().ShouldBe(88);
        const int Jobs = 300_000;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var state = new QueueState();
        var ready = new ReadyJobs(state.Jobs, state.Keys);
        var due = new DueHeap();
        for (var number = 1; number <= Jobs; number++)
        {
            ref var entry = ref state.Enqueue(number, JobId.Create(TimeProvider.System, _random), isDelayed: number % 2 == 0);
            entry.Priority = (JobPriority)((number % 5) - 2);
            if (number % 2 == 0)
            {
                due.Add(number, number);
            }
            else
            {
                ready.Add(number);
            }
        }

        // All that was ever allocated, so what the tables have outgrown is in it too.
        ((GC.GetAllocatedBytesForCurrentThread() - before) / (double)Jobs).ShouldBeLessThan(150);
        GC.KeepAlive((state, ready, due));
    }

    [Fact]
    public void A_chunk_goes_when_its_last_job_has_gone()
    {
        for (var number = 1; number <= 400 * ChunkSize; number++)
        {
            Add(number);
        }

        _table.Places.ShouldBeGreaterThanOrEqualTo(400 * ChunkSize);
        for (var number = 1; number < 400 * ChunkSize; number++)
        {
            _table.Remove(number);
        }

        _table.Places.ShouldBeLessThan(20 * ChunkSize); // Some are kept for the next jobs.
        _table.Numbers().ShouldBe([400 * ChunkSize]);
    }

    [Fact]
    public void A_table_that_was_emptied_takes_jobs_again()
    {
        Add(1);
        _table.Remove(1);
        var id = Add(10 * ChunkSize);
        _table.TryFind(id, out var number).ShouldBeTrue();
        number.ShouldBe(10 * ChunkSize);
    }

    [Fact]
    public void A_few_old_jobs_beside_many_that_have_gone_do_not_hold_their_memory()
    {
        for (var number = 1; number <= 400 * ChunkSize; number++)
        {
            Add(number);
            if (number > ChunkSize && (number - ChunkSize) % 50 != 0)
            {
                _table.Remove(number - ChunkSize);
            }
        }

        _table.Pack();
        _table.Places.ShouldBeLessThan(_table.Count + (20 * ChunkSize));
        _table.Numbers().Count().ShouldBe((int)_table.Count);
    }

    [Fact]
    public void Old_jobs_that_replay_meets_again_after_newer_ones_are_taken_in_without_a_chunk_for_each()
    {
        var random = new Random(4);
        var newest = Add(5_000_000_000);
        var ids = new Dictionary<long, JobId>();
        while (ids.Count < 20_000)
        {
            var number = random.NextInt64(1, 20_000_000);
            if (!ids.ContainsKey(number))
            {
                ids.Add(number, Add(number));
            }
        }

        _table.NextNumber.ShouldBe(5_000_000_001);
        _table.Numbers().ShouldBe([.. ids.Keys.Order(), 5_000_000_000]);
        foreach (var (number, id) in ids)
        {
            (_table[number].Id, _table.TryFind(id, out var found) ? found : 0).ShouldBe((id, number));
        }

        _table.Places.ShouldBeLessThan((20_000 * 5) + ChunkSize); // One in a thousand: most are alone in their chunk.
        foreach (var number in ids.Keys)
        {
            _table.Remove(number);
        }

        (_table.Count, _table.TryFind(newest, out _)).ShouldBe((1, true));
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void It_agrees_with_a_dictionary_under_random_operations(int seed)
    {
        var random = new Random(seed);
        var model = new SortedDictionary<long, JobId>();
        var next = 1L;
        for (var i = 0; i < 40_000; i++)
        {
            // Waves, so that whole chunks empty in the front, in the middle and at the end.
            var isGrowing = (i / 10_000) % 2 == 0;
            if (model.Count == 0 || random.Next(100) < (isGrowing ? 80 : 15))
            {
                next += random.Next(50) == 0 ? random.Next(5000) : 0;
                model.Add(next, Add(next));
                next++;
            }
            else
            {
                var victim = random.Next(2) == 0 ? model.First().Key : model.Keys.Skip(random.Next(Math.Min(model.Count, 50))).First();
                _table.Remove(victim);
                _table.TryFind(model[victim], out _).ShouldBeFalse($"seed {seed}, step {i}");
                model.Remove(victim);
            }

            if (random.Next(20) == 0)
            {
                _table.Pack(model.Count == 0 ? 1 : model.Keys.Skip(random.Next(Math.Min(model.Count, 2000))).First());
            }

            // A job of old, as replay meets it again.
            if (random.Next(20) == 0 && random.NextInt64(1, next + 1) is var old && !model.ContainsKey(old) && old < _table.NextNumber)
            {
                model.Add(old, Add(old));
            }

            (_table.Count == model.Count).ShouldBeTrue();
        }

        _table.Numbers().ShouldBe(model.Keys);
        foreach (var (number, id) in model)
        {
            _table.Contains(number).ShouldBeTrue();
            _table[number].Id.ShouldBe(id);
            _table.TryFind(id, out var found).ShouldBeTrue();
            found.ShouldBe(number);
        }
    }

    private JobId Add(long number)
    {
        var id = JobId.Create(TimeProvider.System, _random);
        _table.Add(number, id).State = JobState.Waiting;
        return id;
    }
}
