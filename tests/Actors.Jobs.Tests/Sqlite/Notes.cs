using System.Text;

namespace Actors.Jobs.Tests.Sqlite;

/// <summary>Lines in a file. Each is one write without a buffer of ours, so that it survives kill -9.</summary>
/// <remarks>Each process has a file of its own beside the path: .NET does not append, it writes where it believes the end to be.</remarks>
internal sealed class Notes(string path)
{
    private readonly FileStream _file = new($"{path}.{Environment.ProcessId}", FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
    private readonly Lock _gate = new();

    /// <summary>The complete lines of all processes: the last of each may have been cut by a kill.</summary>
    public static List<string> Lines(string folder, string name)
    {
        var all = new List<string>();
        foreach (var path in Directory.EnumerateFiles(folder, name + ".*").Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            var lines = reader.ReadToEnd().Split('\n');
            all.AddRange(lines.Take(lines.Length - 1));
        }

        return all;
    }

    /// <summary>The bytes of all processes, which grow with each line.</summary>
    public static long Length(string folder, string name) => new DirectoryInfo(folder).EnumerateFiles(name + ".*").Sum(file => file.Length);

    public void Add(string line)
    {
        var bytes = Encoding.UTF8.GetBytes(line + "\n");
        lock (_gate)
        {
            _file.Write(bytes);
        }
    }
}
