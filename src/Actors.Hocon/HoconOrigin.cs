using Actors.Hocon.Syntax;

namespace Actors.Hocon;

/// <summary>The place in a file or text where something is written.</summary>
public readonly struct HoconOrigin : IEquatable<HoconOrigin>
{
    private readonly SourceText? _source;
    private readonly int _offset;

    internal HoconOrigin(SourceText source, int offset)
    {
        _source = source;
        _offset = offset;
    }

    /// <summary>The file as the user named it, the name given to a text, or <c>environment variable 'HOME'</c>.</summary>
    public string File => _source?.Name ?? "unknown";

    /// <summary>1-based; 0 when the place has no lines, such as an environment variable.</summary>
    public int Line => _source?.GetPosition(_offset).Line ?? 0;

    /// <summary>1-based, in UTF-16 code units; 0 when the place has no lines.</summary>
    public int Column => _source?.GetPosition(_offset).Column ?? 0;

    /// <summary>The whole line as written, without its line end; empty when the place has no lines.</summary>
    public string SourceLine => Line > 0 && _source is not null ? _source.GetLine(Line) : string.Empty;

    internal SourceText Source => _source ?? SourceText.Without("unknown");

    internal int Offset => _offset;

    /// <summary>Same text, same place.</summary>
    public static bool operator ==(HoconOrigin left, HoconOrigin right) => left.Equals(right);

    /// <summary>Another text or another place.</summary>
    public static bool operator !=(HoconOrigin left, HoconOrigin right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(HoconOrigin other) => ReferenceEquals(_source, other._source) && _offset == other._offset;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is HoconOrigin other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_source, _offset);

    /// <summary><c>file:line:column</c>, as editors and terminals understand it.</summary>
    public override string ToString() => Line > 0 ? $"{File}:{Line}:{Column}" : File;
}
