using Actors.Jobs.Queues;

namespace Actors.Jobs.Tests.Queues;

public sealed class DueHeapTests
{
    [Fact]
    public void An_empty_heap_is_due_never() => new DueHeap().FirstDueMs.ShouldBe(long.MaxValue);

    [Fact]
    public void Jobs_of_one_moment_come_in_the_order_of_their_numbers()
    {
        var heap = new DueHeap();
        foreach (var number in new[] { 3, 1, 5, 2, 4 })
        {
            heap.Add(7, number);
        }

        Enumerable.Range(0, 5).Select(_ => heap.Take().Number).ShouldBe([1, 2, 3, 4, 5]);
    }

    [Theory, InlineData(1), InlineData(2)]
    public void What_is_forgotten_goes_when_it_is_the_greater_part_and_the_rest_keeps_its_order(int seed)
    {
        var random = new Random(seed);
        var heap = new DueHeap();
        var coming = new SortedSet<(long DueMs, long Number)>();
        for (var number = 1; number <= 50_000; number++)
        {
            var due = random.Next(5000);
            heap.Add(due, number);
            coming.Add((due, number));
        }

        foreach (var item in coming.OrderBy(_ => random.Next()).Take(49_000).ToList())
        {
            coming.Remove(item);
            heap.Forget((due, number) => coming.Contains((due, number)));
        }

        heap.Count.ShouldBeLessThan(3_100);
        while (coming.Count > 0)
        {
            var taken = heap.Take();
            if (coming.Contains(taken))
            {
                (taken == coming.Min).ShouldBeTrue();
                coming.Remove(taken);
            }
        }
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void It_agrees_with_a_sorted_set_under_random_operations(int seed)
    {
        var random = new Random(seed);
        var heap = new DueHeap();
        var model = new SortedSet<(long DueMs, long Number)>();
        for (var number = 1; number <= 100_000; number++)
        {
            // Waves across several chunks of the heap.
            if (model.Count == 0 || random.Next(100) < ((number / 20_000) % 2 == 0 ? 85 : 20))
            {
                var due = random.Next(5000);
                heap.Add(due, number);
                model.Add((due, number));
            }
            else
            {
                (heap.Take() == model.Min).ShouldBeTrue($"seed {seed}, step {number}");
                model.Remove(model.Min);
            }

            (heap.Count == model.Count && heap.FirstDueMs == (model.Count == 0 ? long.MaxValue : model.Min.DueMs)).ShouldBeTrue($"seed {seed}, step {number}");
        }

        while (model.Count > 0)
        {
            (heap.Take() == model.Min).ShouldBeTrue($"seed {seed}");
            model.Remove(model.Min);
        }
    }
}
