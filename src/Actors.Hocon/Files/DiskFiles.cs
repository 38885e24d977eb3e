namespace Actors.Hocon.Files;

/// <summary>Files on disk. A relative name starts from the including file; from a text, at the working directory.</summary>
internal sealed class DiskFiles : IHoconFiles
{
    public string Locate(string name, string? includingFile)
    {
        var directory = includingFile is null ? Environment.CurrentDirectory : Path.GetDirectoryName(includingFile);
        return Path.GetFullPath(name, directory ?? Environment.CurrentDirectory);
    }

    public Stream? OpenRead(string path) => File.Exists(path) ? File.OpenRead(path) : null;
}
