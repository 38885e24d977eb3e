using System.Numerics;

namespace Actors.Jobs.Queues;

/// <summary>
/// Whose turn it is, when jobs of several priorities wait: each has turns at a distance, the lower the longer, and the nearest turn is next. A priority that begins
/// to wait gets its first turn one distance ahead, so that it can neither save turns up nor overtake by coming late.
/// </summary>
internal struct PriorityTurns
{
    public const int Levels = 5;

    private Turns _turns;
    private long _now;
    private int _competing;

    /// <summary>The level of a priority: 0 is the lowest.</summary>
    public static int LevelOf(JobPriority priority) => (int)priority + 2;

    /// <summary>At most so many jobs of other levels go before the first of this one.</summary>
    public static int Bound(int level)
    {
        var bound = 0;
        for (var other = 0; other < Levels; other++)
        {
            bound += other == level ? 0 : (Distance(level) / Distance(other)) + 1;
        }

        return bound;
    }

    /// <summary>The level that is next.</summary>
    /// <param name="waiting">A bit for each level in which jobs wait; not 0.</param>
    public int Next(int waiting)
    {
        if (waiting != _competing)
        {
            for (var begun = waiting & ~_competing; begun != 0; begun &= begun - 1)
            {
                var level = BitOperations.TrailingZeroCount(begun);
                _turns[level] = _now + Distance(level);
            }

            _competing = waiting;
        }

        var next = BitOperations.Log2((uint)waiting);
        for (var others = waiting & ~(1 << next); others != 0; others &= others - 1)
        {
            // Of equal turns the higher level's is first.
            var level = BitOperations.TrailingZeroCount(others);
            if (_turns[level] < _turns[next] || (_turns[level] == _turns[next] && level > next))
            {
                next = level;
            }
        }

        return next;
    }

    /// <summary>The level that was next has had its turn.</summary>
    public void Taken(int level)
    {
        if (BitOperations.IsPow2(_competing))
        {
            return; // Without competition time stands still.
        }

        _now = _turns[level];
        _turns[level] += Distance(level);
    }

    private static int Distance(int level) => 256 >> (2 * level);

    [System.Runtime.CompilerServices.InlineArray(Levels)]
    private struct Turns
    {
        private long _first;
    }
}
