namespace Actors.Hocon;

/// <summary>The types of JSON.</summary>
public enum HoconValueKind
{
    /// <summary>The word <c>null</c>.</summary>
    Null,

    /// <summary>The words <c>true</c> and <c>false</c>. <c>yes</c>, <c>on</c> and the like are strings that convert.</summary>
    Boolean,

    /// <summary>A number as JSON writes it; it keeps its spelling.</summary>
    Number,

    /// <summary>Quoted or unquoted text.</summary>
    String,

    /// <summary>A list.</summary>
    Array,

    /// <summary>Keys and values.</summary>
    Object,
}
