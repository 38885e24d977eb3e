using System.Globalization;
using Actors.Services;
using Microsoft.Extensions.Configuration;

namespace Actors.Hosting.Settings;

/// <summary>The keys of a URL that are lists or maps.</summary>
internal static class UrlSection
{
    /// <summary>They are read here, so the tables of keys leave them alone.</summary>
    public static string[] Keys { get; } = ["status", "headers"];

    /// <summary>Sets what the section states.</summary>
    /// <exception cref="FormatException">A text cannot be read.</exception>
    public static void Read(IConfigurationSection section, UrlOptions options)
    {
        foreach (var header in section.GetSection("headers").GetChildren())
        {
            options.Headers[header.Key] = header.Value ?? "";
        }

        var status = section.GetSection("status");
        if (status.Exists())
        {
            options.Status =
            [
                .. (status.Value is { } one ? one.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : status.GetChildren().Select(child => child.Value))
                    .Select(code => Code(section, code)),
            ];
        }
    }

    private static int Code(IConfigurationSection section, string? text) => int.TryParse(text, CultureInfo.InvariantCulture, out var code)
        ? code
        : throw new FormatException($"'{section.Path.Replace(':', '.')}.status' has '{text}', but must be status codes such as [200, 204].");
}
