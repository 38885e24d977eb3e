using System.Globalization;
using Actors.Jobs;

namespace Actors.Sql.Sqlite;

/// <summary>The begun attempts of one process: a small file for each queue, beside the database.</summary>
/// <param name="databasePath">The file of the journals.</param>
/// <param name="node">The process, where several share a store; else, and for the owner, 0.</param>
internal sealed class BegunFiles(string databasePath, long node) : IBegunAttempts
{
    public IBegunTable Open(string queue, int slots) => new BegunFile(
        string.Create(CultureInfo.InvariantCulture, $"{databasePath}.{queue}.{(node == InboxMessage.Owner ? "" : $"{node}.")}begun"), slots, BootId.Current);
}
