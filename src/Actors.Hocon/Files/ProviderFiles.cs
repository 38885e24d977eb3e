using Microsoft.Extensions.FileProviders;

namespace Actors.Hocon.Files;

/// <summary>Files of an <see cref="IFileProvider"/>. Paths use '/' and cannot leave the provider's root.</summary>
internal sealed class ProviderFiles(IFileProvider provider) : IHoconFiles
{
    public string Locate(string name, string? includingFile)
    {
        var slash = includingFile?.LastIndexOf('/') ?? -1;
        var parts = new List<string>();
        if (slash > 0 && includingFile is not null && !name.StartsWith('/'))
        {
            parts.AddRange(includingFile[..slash].Split('/'));
        }

        foreach (var part in name.Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".." && parts.Count > 0)
            {
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not "." and not "..")
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }

    public Stream? OpenRead(string path)
    {
        var file = provider.GetFileInfo(path);
        return file is { Exists: true, IsDirectory: false } ? file.CreateReadStream() : null;
    }
}
