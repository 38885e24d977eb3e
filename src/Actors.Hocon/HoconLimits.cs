namespace Actors.Hocon;

/// <summary>What a document may ask of the machine. Each limit ends in an error that names it, never in a crash.</summary>
public sealed record HoconLimits
{
    /// <summary>How deep objects and arrays may nest, as written and after substitution.</summary>
    /// <value>Default 1,000. It stops earlier, with the same error, when the stack of the calling thread is nearly used
    /// up; 1.5 MB are enough.</value>
    public int MaxDepth { get; init; } = 1_000;

    /// <summary>How many files may include one another in a chain.</summary>
    /// <value>Default 50.</value>
    public int MaxIncludeDepth { get; init; } = 50;

    /// <summary>How many include statements may load a file, over the whole document.</summary>
    /// <value>Default 1,000.</value>
    public int MaxIncludes { get; init; } = 1_000;

    /// <summary>How large one file may be, in bytes.</summary>
    /// <value>Default 64 MiB.</value>
    public int MaxFileBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>How many values substitutions may add to those that are written in the text.</summary>
    /// <value>Default 2,000,000. A few lines that double each other would otherwise fill the memory.</value>
    public int MaxExpandedValues { get; init; } = 2_000_000;

    /// <summary>How many characters joining strings may produce, over the whole document.</summary>
    /// <value>Default 64 Mi characters.</value>
    public int MaxExpandedCharacters { get; init; } = 64 * 1024 * 1024;

    /// <summary>How many steps substitutions may take in all; a step looks at one definition of one key.</summary>
    /// <value>Default 50,000,000, a few seconds. A chain of n substitutions takes a small multiple of n.</value>
    public int MaxResolutionSteps { get; init; } = 50_000_000;

    /// <summary>How many errors are collected before parsing gives up.</summary>
    /// <value>Default 100.</value>
    public int MaxErrors { get; init; } = 100;
}
