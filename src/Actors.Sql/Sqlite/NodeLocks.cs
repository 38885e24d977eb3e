using System.Globalization;
using Actors.Persistence;

namespace Actors.Sql.Sqlite;

/// <summary>An operating-system lock for each process of a store, which the system releases when the process ends: so a paused process lives, and a killed one does not.</summary>
internal static class NodeLocks
{
    public static FileStream Acquire(string databasePath, long node)
    {
        var path = PathOf(databasePath, node);
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException($"The store '{databasePath}' cannot be joined: its lock file '{path}' cannot be written ({e.Message}). " +
                "Let this user write files in that directory.", e);
        }
    }

    /// <summary>Whether any process has joined the store.</summary>
    public static bool IsAnyHeld(string databasePath) => Directory
        .EnumerateFiles(Path.GetDirectoryName(databasePath) ?? ".", $"{Path.GetFileName(databasePath)}.node-*.lock")
        .Any(IsHeld);

    public static bool IsHeld(string databasePath, long node) => IsHeld(PathOf(databasePath, node));

    private static bool IsHeld(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>Deletes the lock file of a node that has ended. Its id is never used again, so no two processes can hold it.</summary>
    public static void Delete(string databasePath, long node)
    {
        try
        {
            File.Delete(PathOf(databasePath, node));
        }
        catch (IOException)
        {
            // An empty file stays behind; it means nothing.
        }
    }

    private static string PathOf(string databasePath, long node) =>
        string.Create(CultureInfo.InvariantCulture, $"{databasePath}.node-{node}.lock");
}
