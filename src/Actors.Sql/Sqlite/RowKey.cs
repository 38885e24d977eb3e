namespace Actors.Sql.Sqlite;

/// <summary>The key of commits and payload rows: the journal in the upper bits, the number of the row in the lower 40.</summary>
internal static class RowKey
{
    /// <summary>The highest number of a row: about 1.1 × 10^12, five years at 6,000 commits in every second.</summary>
    public const long MaxNumber = (1L << 40) - 1;

    public static long Of(long journal, long number)
    {
        if (number is < 0 or > MaxNumber)
        {
            throw new ArgumentOutOfRangeException(nameof(number), number, $"A journal numbers its rows from 1 to {MaxNumber}.");
        }

        return (journal << 40) | number;
    }

    public static long First(long journal) => journal << 40;

    public static long Last(long journal) => (journal << 40) | MaxNumber;

    public static long NumberOf(long key) => key & MaxNumber;
}
