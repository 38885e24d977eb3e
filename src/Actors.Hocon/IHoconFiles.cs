namespace Actors.Hocon;

/// <summary>Where included files come from.</summary>
/// <remarks>An implementer must be safe to call from several threads, must give one file the same path whichever way it
/// is included (the path detects include cycles), and must never use the name as anything but a name.</remarks>
public interface IHoconFiles
{
    /// <summary>The full path of a file.</summary>
    /// <param name="name">The name as written in the include statement.</param>
    /// <param name="includingFile">The path of the file that includes it; null when that is a text without a file.</param>
    string Locate(string name, string? includingFile);

    /// <summary>Opens a file, or returns null when it does not exist. Any other obstacle is thrown.</summary>
    /// <param name="path">A path that <see cref="Locate"/> returned.</param>
    Stream? OpenRead(string path);
}
