namespace Actors.Hocon;

/// <summary>A document cannot be used. Holds every fault that was found, not only the first.</summary>
/// <remarks>The message prints all of them with their lines and carets. At most
/// <see cref="HoconLimits.MaxErrors"/> are collected.</remarks>
public sealed class HoconException : Exception
{
    internal HoconException(IReadOnlyList<HoconError> errors, bool hasMore = false)
        : base(Print(errors, hasMore)) => Errors = errors;

    internal HoconException(HoconError error)
        : this([error])
    {
    }

    /// <summary>The faults in the order in which they were found; never empty.</summary>
    public IReadOnlyList<HoconError> Errors { get; }

    private static string Print(IReadOnlyList<HoconError> errors, bool hasMore)
    {
        var all = string.Join("\n\n", errors);
        if (hasMore)
        {
            return $"{all}\n\nMore errors were not looked for after the first {errors.Count}.";
        }

        return errors.Count == 1 ? all : $"{errors.Count} errors in the configuration:\n\n{all}";
    }
}
