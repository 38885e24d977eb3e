using Actors.Hocon;

namespace Actors.Hosting;

/// <summary>One thing that is wrong with the configuration of an actor system.</summary>
/// <param name="Message">What is wrong, with the key as the user writes it.</param>
/// <param name="Expected">What would have been right, such as <c>did you mean 'workers'?</c>; null when the message says it.</param>
/// <param name="Origin">Where it is written; null when it is in the code, or in a source that does not know, such as appsettings.json.</param>
public sealed record ConfigurationFault(string Message, string? Expected = null, HoconOrigin? Origin = null)
{
    /// <summary>The fault on one line, with file, line and column if they are known.</summary>
    public string Summary => (Origin is { } origin ? $"{origin}: " : "") + (Expected is null ? Message : $"{Message}; {Expected}");

    /// <summary>The fault with the line it is in and a caret below the place, if that is known.</summary>
    public override string ToString() => Origin is { } origin ? new HoconError(origin, Message, Expected).ToString() : Summary;
}
