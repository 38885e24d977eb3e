using System.Text;

namespace Actors.Hocon.Tests;

/// <summary>Files that exist only in a test. Names are relative to the folder of the including file.</summary>
internal sealed class MemoryFiles(params (string Path, string Text)[] files) : IHoconFiles
{
    private readonly Dictionary<string, string> _files = files.ToDictionary(static f => f.Path, static f => f.Text);

    public HoconOptions Options => Snippet.Closed with { Files = this };

    public HoconDocument Load(string path) => HoconDocument.Load(path, Options);

    public HoconException Fail(string path) => Should.Throw<HoconException>(() => Load(path));

    public string Locate(string name, string? includingFile)
    {
        var slash = includingFile?.LastIndexOf('/') ?? -1;
        return slash < 0 || name.StartsWith('/') ? name : includingFile![..(slash + 1)] + name;
    }

    public Stream? OpenRead(string path) =>
        _files.TryGetValue(path, out var text) ? new MemoryStream(Encoding.UTF8.GetBytes(text)) : null;
}
