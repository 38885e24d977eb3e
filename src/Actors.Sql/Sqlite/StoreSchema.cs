namespace Actors.Sql.Sqlite;

/// <summary>The kinds of file that a store consists of, each with tables and versions of its own.</summary>
/// <param name="Name">The folder of its migrations.</param>
/// <param name="ApplicationId">Marks a file as ours and of this kind, so that another program's database is never written to.</param>
internal sealed record StoreSchema(string Name, int ApplicationId)
{
    /// <summary>Journals: everything that must not be forgotten. "ACTR".</summary>
    public static StoreSchema Journal { get; } = new("Journal", 0x41435452);

    /// <summary>Finished jobs, a projection of the journals. "ACTH".</summary>
    public static StoreSchema History { get; } = new("History", 0x41435448);

    /// <summary>Messages between the processes that share a store. "ACTI".</summary>
    public static StoreSchema Inbox { get; } = new("Inbox", 0x41435449);
}
