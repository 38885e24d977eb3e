using Actors.Jobs.Queues;

namespace Actors.Jobs.Tests.Queues;

public sealed class PriorityTurnsTests
{
    private const int All = (1 << PriorityTurns.Levels) - 1;

    [Fact]
    public void Each_priority_gets_four_times_as_many_turns_as_the_next_lower_one()
    {
        var turns = default(PriorityTurns);
        var taken = new int[PriorityTurns.Levels];
        for (var i = 0; i < 341 * 10; i++)
        {
            var level = turns.Next(All);
            turns.Taken(level);
            taken[level]++;
        }

        taken.ShouldBe([10, 40, 160, 640, 2560]);
    }

    [Fact]
    public void The_bounds_are_those_of_the_guide()
    {
        Enumerable.Range(0, PriorityTurns.Levels).Select(PriorityTurns.Bound).ShouldBe([344, 88, 24, 8, 4]);
    }

    [Fact]
    public void Who_comes_late_neither_overtakes_a_higher_one_nor_has_saved_turns_up()
    {
        var turns = default(PriorityTurns);
        var (low, normal, high) = (1, 2, 3);
        Take(ref turns, 1 << low, 1000);

        // High comes and is first, though low had all turns before.
        turns.Next((1 << low) | (1 << high)).ShouldBe(high);
        Take(ref turns, (1 << low) | (1 << high), 1000);

        // Normal comes: it goes before the low ones, but not for a thousand turns.
        var taken = Take(ref turns, (1 << low) | (1 << normal), 100);
        taken[normal].ShouldBeInRange(78, 82);
    }

    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5)]
    public void Whoever_comes_and_goes_the_first_of_a_priority_waits_no_longer_than_its_bound(int seed)
    {
        var random = new Random(seed);
        var turns = default(PriorityTurns);
        var passed = new int[PriorityTurns.Levels];
        var longest = new int[PriorityTurns.Levels];
        var waiting = 1;
        for (var i = 0; i < 200_000; i++)
        {
            // Levels come at any time, and go when they have had a turn.
            waiting |= random.Next(3) == 0 ? 1 << random.Next(PriorityTurns.Levels) : 0;
            if (waiting == 0)
            {
                continue;
            }

            var level = turns.Next(waiting);
            turns.Taken(level);
            for (var other = 0; other < PriorityTurns.Levels; other++)
            {
                passed[other] = other == level || (waiting & (1 << other)) == 0 ? 0 : passed[other] + 1;
                longest[other] = Math.Max(longest[other], passed[other]);
                passed[other].ShouldBeLessThanOrEqualTo(PriorityTurns.Bound(other), $"level {other}, seed {seed}, step {i}");
            }

            waiting &= random.Next(level == 4 ? 50 : 2) == 0 ? ~(1 << level) : ~0;
        }

        longest[0].ShouldBeGreaterThan(100, "The test is to reach the neighbourhood of the bound.");
    }

    private static int[] Take(ref PriorityTurns turns, int waiting, int count)
    {
        var taken = new int[PriorityTurns.Levels];
        for (var i = 0; i < count; i++)
        {
            var level = turns.Next(waiting);
            turns.Taken(level);
            taken[level]++;
        }

        return taken;
    }
}
