using System.Globalization;
using Actors.Services;
using Microsoft.Extensions.Configuration;

namespace Actors.Hosting.Settings;

/// <summary>The keys of a program that are lists or maps.</summary>
internal static class ProcessSection
{
    /// <summary>They are read here, so the tables of keys leave them alone.</summary>
    public static string[] Keys { get; } = ["command", "environment", "success-exit-codes"];

    /// <summary>Sets what the section states. Relative paths begin at the content root, as in the code.</summary>
    /// <exception cref="FormatException">A text cannot be read.</exception>
    public static void Read(IConfigurationSection section, ProcessOptions options, string contentRoot)
    {
        var command = section.GetSection("command");
        if (command.Value is { } text)
        {
            options.CommandLine(text);
        }
        else if (List(command) is { Count: > 0 } words)
        {
            options.Command(words[0], [.. words.Skip(1)]);
        }

        foreach (var variable in section.GetSection("environment").GetChildren())
        {
            options.Environment[variable.Key] = variable.Value;
        }

        var codes = section.GetSection("success-exit-codes");
        if (codes.Exists())
        {
            options.SuccessExitCodes = [.. (codes.Value is { } one ? [one] : List(codes)).Select(code => Code(section, code))];
        }

        options.WorkingDirectory = options.WorkingDirectory is { } folder ? Path.GetFullPath(folder, contentRoot) : null;
        options.OutputFile = options.OutputFile is { } file ? Path.GetFullPath(file, contentRoot) : null;
    }

    private static List<string> List(IConfigurationSection section) =>
        [.. section.GetChildren().Where(child => child.Value is not null).Select(child => child.Value!)]; // Those that have one.

    private static int Code(IConfigurationSection section, string text) => int.TryParse(text, CultureInfo.InvariantCulture, out var code)
        ? code
        : throw new FormatException($"'{section.Path.Replace(':', '.')}.success-exit-codes' has '{text}', but must be exit codes such as [0, 2].");
}
