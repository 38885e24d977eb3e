using System.Globalization;
using System.Text;

namespace Actors.Sql;

/// <summary>What to do with damaged commits of a journal.</summary>
public enum RepairMode
{
    /// <summary>Leave out the damaged ones and keep all others, also those behind them. What only they said is lost.</summary>
    Skip,

    /// <summary>Keep what is before the first damaged one, and give up everything behind it.</summary>
    Cut,
}

/// <summary>Rows of a journal that are damaged or missing.</summary>
/// <param name="IsCommit">Whether they are commits; else they are rows of payloads.</param>
/// <param name="FirstRow">The first of them: a sequence number, or the number of a payload row.</param>
/// <param name="LastRow">The last of them.</param>
/// <param name="What">What is wrong with them.</param>
public sealed record JournalDamage(bool IsCommit, long FirstRow, long LastRow, string What);

/// <summary>What was found in a journal, and what was done about it or would be.</summary>
/// <param name="Path">The file of the store.</param>
/// <param name="PersistenceId">The journal.</param>
/// <param name="Mode">How it was to be repaired.</param>
/// <param name="IsApplied">Whether it was; else nothing was changed.</param>
/// <param name="FirstCommit">The oldest commit kept; 0 when there is none.</param>
/// <param name="LastCommit">The newest commit; 0 when there is none.</param>
/// <param name="LastGoodCommit">The newest commit before the first that is damaged.</param>
/// <param name="CommitsGivenUp">Commits whose content is lost: the damaged ones and, when the journal is cut, those behind the first.</param>
/// <param name="PayloadRowsGivenUp">Rows of payloads whose content is lost. Jobs whose arguments were in them are parked when they are to run.</param>
/// <param name="Damages">What is damaged, in the order of the rows; empty when the journal is sound.</param>
public sealed record JournalRepair(
    string Path,
    string PersistenceId,
    RepairMode Mode,
    bool IsApplied,
    long FirstCommit,
    long LastCommit,
    long LastGoodCommit,
    long CommitsGivenUp,
    long PayloadRowsGivenUp,
    IReadOnlyList<JournalDamage> Damages)
{
    /// <summary>The report, for people.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Journal '{PersistenceId}' in '{Path}', commits {FirstCommit} to {LastCommit}: ");
        if (Damages.Count == 0)
        {
            return text.Append("nothing is damaged.").ToString();
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"damaged; the last good commit is {LastGoodCommit}.");
        foreach (var damage in Damages)
        {
            var rows = damage.FirstRow == damage.LastRow
                ? string.Create(CultureInfo.InvariantCulture, $"{damage.FirstRow}")
                : string.Create(CultureInfo.InvariantCulture, $"{damage.FirstRow} to {damage.LastRow}");
            text.AppendLine(CultureInfo.InvariantCulture, $"  {(damage.IsCommit ? "commit" : "payload row")} {rows}: {damage.What}");
        }

        var done = IsApplied ? "were given up" : "would be given up; nothing was changed";
        return text.Append(CultureInfo.InvariantCulture, $"{CommitsGivenUp} commits and {PayloadRowsGivenUp} payload rows {done} ({Mode}).").ToString();
    }
}

/// <summary>What was found in the write-ahead log of a file of a store, and what was done about it or would be.</summary>
/// <param name="Path">The file of the database.</param>
/// <param name="Transactions">The transactions that can be read.</param>
/// <param name="LostTransactions">Confirmed transactions behind damaged pages, which cannot be read; 0 when the log is sound.</param>
/// <param name="IsApplied">Whether those were given up and the rest copied into the file; else nothing was changed.</param>
public sealed record LogRepair(string Path, long Transactions, long LostTransactions, bool IsApplied);
