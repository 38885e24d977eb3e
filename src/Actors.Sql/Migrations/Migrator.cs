using System.Globalization;
using System.Reflection;
using Actors.Persistence;
using Actors.Sql.Sqlite;

namespace Actors.Sql.Migrations;

/// <summary>Brings the tables of a store to the version of this program: the numbered files in the folder of its kind, in order, each in one transaction with its number.</summary>
internal static class Migrator
{
    /// <exception cref="StoreException">A newer version of this program made the store.</exception>
    public static void Migrate(Connection connection, StoreSchema schema, TimeProvider time)
    {
        var known = Known(schema);
        var latest = known[^1].Version;
        var found = FindVersion(connection);
        if (found > latest)
        {
            throw new StoreException(
                $"The store '{connection.Path}' was made by a newer version of this software: its tables have version {found}, and this " +
                $"program knows versions up to {latest}. It is left as it is. Run the newer version, or restore a backup from before the upgrade.");
        }

        if (found == latest)
        {
            return;
        }

        connection.Execute("BEGIN IMMEDIATE");
        try
        {
            connection.Execute($"PRAGMA application_id = {schema.ApplicationId}");
            connection.Execute("CREATE TABLE IF NOT EXISTS schema (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL)");
            foreach (var (version, name) in known.Where(migration => migration.Version > found))
            {
                connection.Execute(Read(name));
                using var insert = connection.Prepare("INSERT INTO schema (version, name, applied_at) VALUES (?, ?, ?)");
                insert.Bind(1, version).Bind(2, name).Bind(3, time.GetUtcNow().ToUnixTimeMilliseconds()).Run();
            }

            connection.Execute("COMMIT");
        }
        catch (Exception)
        {
            if (connection.IsInTransaction)
            {
                connection.Execute("ROLLBACK");
            }

            throw;
        }
    }

    private static (int Version, string Name)[] Known(StoreSchema schema)
    {
        var folder = schema.Name + "/";
        return [.. typeof(Migrator).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(folder, StringComparison.Ordinal))
            .Select(name => (int.Parse(name.AsSpan(folder.Length, 4), NumberStyles.None, CultureInfo.InvariantCulture), name))
            .Order()];
    }

    private static long FindVersion(Connection connection) =>
        connection.QueryInt64("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema'") == 0
            ? 0
            : connection.QueryInt64("SELECT max(version) FROM schema");

    private static string Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The migration '{name}' is missing from the assembly. Rebuild it.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
