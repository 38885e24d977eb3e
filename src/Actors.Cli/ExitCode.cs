namespace Actors.Cli;

/// <summary>How the tool ends. Scripts rely on these: none changes its meaning, and new ones get new numbers. docs/configuration.md and docs/operations.md list them.</summary>
internal static class ExitCode
{
    /// <summary>The question is answered, the command carried out; nothing is wrong.</summary>
    public const int Fine = 0;

    /// <summary>The configuration has faults, which were printed.</summary>
    public const int Faults = 1;

    /// <summary>The command line cannot be understood.</summary>
    public const int Usage = 2;

    /// <summary>The file does not exist or cannot be read.</summary>
    public const int NoFile = 3;

    /// <summary>Nobody knows the path, and it is not set.</summary>
    public const int UnknownPath = 4;

    /// <summary>The question is answered and something needs attention; or the command was carried out and not all is as asked.</summary>
    public const int Attention = 5;

    /// <summary>No service, schedule, queue or job has the name.</summary>
    public const int UnknownService = 6;

    /// <summary>No running program answers.</summary>
    public const int NobodyAnswers = 7;

    /// <summary>The program answers that it did not carry out the command, and why.</summary>
    public const int Refused = 8;
}
