using Actors.Jobs.Queues;

namespace Actors.Jobs.Tests.Queues;

public sealed class ReadyListTests
{
    private readonly JobTable _table = new();
    private readonly ReadyList _ready;

    public ReadyListTests() => _ready = new ReadyList(_table);

    [Fact]
    public void Jobs_come_out_in_the_order_in_which_they_went_in()
    {
        Add(1, isCached: true);
        Add(2, isCached: false);
        Add(3, isCached: true);
        _ready.Count.ShouldBe(3);
        new[] { _ready.Take(), _ready.Take(), _ready.Take() }.ShouldBe([1, 2, 3]);
        _ready.First.ShouldBe(0);
        _ready.Count.ShouldBe(0);
    }

    [Fact]
    public void A_job_that_is_given_back_comes_out_first()
    {
        Add(1, isCached: true);
        Add(2, isCached: true);
        _ready.Take();
        _ready.AddFirst(1);
        new[] { _ready.Take(), _ready.Take() }.ShouldBe([1, 2]);
        _ready.AddFirst(2);
        Add(3, isCached: true);
        new[] { _ready.Take(), _ready.Take() }.ShouldBe([2, 3]);
    }

    [Fact]
    public void A_job_that_is_given_back_without_its_arguments_is_the_first_to_load()
    {
        Add(1, isCached: false);
        Add(2, isCached: false);
        _ready.Take();
        _ready.FirstUncached.ShouldBe(2);
        _ready.AddFirst(1);
        _ready.FirstUncached.ShouldBe(1);
    }

    [Fact]
    public void A_job_is_taken_out_wherever_it_stands_and_only_once()
    {
        for (var number = 1; number <= 5; number++)
        {
            Add(number, isCached: false);
        }

        _ready.Remove(3);
        _ready.Remove(3);
        _ready.Remove(1);
        _ready.FirstUncached.ShouldBe(2);
        _ready.Remove(5);
        Add(6, isCached: false);
        _ready.Count.ShouldBe(3);
        new[] { _ready.Take(), _ready.Take(), _ready.Take() }.ShouldBe([2, 4, 6]);
        _ready.FirstUncached.ShouldBe(0);
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void It_agrees_with_a_list_under_random_operations(int seed)
    {
        var random = new Random(seed);
        var model = new List<long>();
        var taken = new List<long>();
        for (var number = 1L; number <= 4_000; number++)
        {
            switch (random.Next(6))
            {
                case 0 or 1:
                    Add(number, isCached: random.Next(2) == 0);
                    model.Add(number);
                    break;
                case 2 when taken.Count > 0:
                    _ready.AddFirst(taken[^1]);
                    model.Insert(0, taken[^1]);
                    taken.RemoveAt(taken.Count - 1);
                    break;
                case 3 when model.Count > 0:
                    _ready.Take().ShouldBe(model[0], $"seed {seed}, step {number}");
                    taken.Add(model[0]);
                    model.RemoveAt(0);
                    break;
                case 5 when model.Count > 0:
                    var index = random.Next(model.Count);
                    _ready.Remove(model[index]);
                    model.RemoveAt(index);
                    break;
                case 4 when _ready.FirstUncached != 0:
                    var loaded = _ready.FirstUncached;
                    _table[loaded].CacheSlot = 1;
                    _ready.OnCached(loaded);
                    break;
            }

            _ready.Count.ShouldBe(model.Count);
            _ready.First.ShouldBe(model.FirstOrDefault());
            _ready.FirstUncached.ShouldBe(model.FirstOrDefault(job => _table[job].CacheSlot == 0), $"seed {seed}, step {number}");
        }
    }

    private void Add(long number, bool isCached)
    {
        ref var entry = ref _table.Add(number, JobId.Create(TimeProvider.System, new Random((int)number)));
        entry.State = JobState.Waiting;
        entry.CacheSlot = isCached ? 1 : 0;
        _ready.Add(number);
    }
}
