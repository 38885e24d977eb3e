using Actors.Hocon.Files;

namespace Actors.Hocon;

/// <summary>What parsing may reach outside the text, and its limits.</summary>
public sealed record HoconOptions
{
    /// <summary>The defaults: files from disk, environment variables of the process, no URLs.</summary>
    public static HoconOptions Default { get; } = new();

    /// <summary>Answers a substitution whose path is nowhere in the document; null means unset.</summary>
    /// <value>Default: the environment variables of the process. <c>_ => null</c> switches the fallback off.</value>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>Where included files come from.</summary>
    /// <value>Default: the disk.</value>
    public IHoconFiles Files { get; init; } = new DiskFiles();

    /// <summary>Reads <c>include url(…)</c>; returns null when there is nothing at the address.</summary>
    /// <value>Default null: such an include is an error, because a configuration file should not open connections.</value>
    public Func<Uri, string?>? ReadUrl { get; init; }

    /// <summary>Limits that keep a hostile or mistaken document from using up the machine.</summary>
    public HoconLimits Limits { get; init; } = new();
}
