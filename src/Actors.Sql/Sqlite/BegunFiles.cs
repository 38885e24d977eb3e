using Actors.Jobs;

namespace Actors.Sql.Sqlite;

/// <summary>The begun attempts of a store: a small file for each queue, beside the database.</summary>
internal sealed class BegunFiles(string databasePath) : IBegunAttempts
{
    public IBegunTable Open(string queue, int slots) => new BegunFile($"{databasePath}.{queue}.begun", slots, BootId.Current);
}
