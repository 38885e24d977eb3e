namespace Actors.Sql.Sqlite;

/// <summary>Tells one run of the machine from the next: what was written to memory-mapped files before a power loss is not to be trusted.</summary>
internal static class BootId
{
    private const string LinuxPath = "/proc/sys/kernel/random/boot_id";

    /// <summary>Null where the system does not say.</summary>
    public static Guid? Current { get; } = Read();

    private static Guid? Read()
    {
        try
        {
            return File.Exists(LinuxPath) && Guid.TryParse(File.ReadAllText(LinuxPath).Trim(), out var id) ? id : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
