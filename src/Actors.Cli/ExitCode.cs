namespace Actors.Cli;

/// <summary>How the tool ends. Scripts rely on these: none changes its meaning, and new ones get new numbers. docs/configuration.md lists them.</summary>
internal static class ExitCode
{
    /// <summary>The question is answered; nothing is wrong.</summary>
    public const int Fine = 0;

    /// <summary>The configuration has faults, which were printed.</summary>
    public const int Faults = 1;

    /// <summary>The command line cannot be understood.</summary>
    public const int Usage = 2;

    /// <summary>The file does not exist or cannot be read.</summary>
    public const int NoFile = 3;

    /// <summary>Nobody knows the path, and it is not set.</summary>
    public const int UnknownPath = 4;
}
