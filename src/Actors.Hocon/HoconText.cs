namespace Actors.Hocon;

/// <summary>A text to parse and what to call it in errors.</summary>
/// <param name="Text">HOCON or JSON.</param>
/// <param name="Name">The file name or any other name that the user recognises.</param>
/// <param name="Path">The full path of the file, which relative includes start from; null for a text without a file.</param>
public sealed record HoconText(string Text, string Name = "string", string? Path = null);
