namespace Actors.Hosting;

/// <summary>One key of the section <c>actors</c>, as hocon/reference documents it.</summary>
/// <param name="Path">The whole path; <c>NAME</c> and <c>TYPE</c> stand for names of the user's, such as <c>actors.services.NAME.interval</c>.</param>
/// <param name="Type">duration, size, integer, number, flag, word or text.</param>
/// <param name="Unit">What a bare number means, such as ms; null when there is nothing to say.</param>
/// <param name="Expected">What a value looks like.</param>
/// <param name="Default">As the reference writes it; <c>null</c> for none.</param>
/// <param name="Text">What the key is for.</param>
/// <param name="AppliesAtOnce">Whether a change is taken up while the program runs; else it waits for the next start.</param>
public sealed record SettingDescription(
    string Path, string Type, string? Unit, string Expected, string Default, string Text, bool AppliesAtOnce);
