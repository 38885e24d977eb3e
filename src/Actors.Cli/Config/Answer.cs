using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Actors.Hocon;
using Actors.Hosting;

namespace Actors.Cli.Config;

/// <summary>What is printed: text for people, or one JSON object for programs.</summary>
internal sealed class Answer(bool isJson)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    /// <summary>Prints an answer and gives back how the tool ends.</summary>
    public int Give(int exitCode, object json, string text)
    {
        // JSON is always on the output, so that a script reads one stream.
        (isJson || exitCode == ExitCode.Fine ? Console.Out : Console.Error).WriteLine(isJson ? JsonSerializer.Serialize(json, Json) : text);
        return exitCode;
    }

    /// <summary>Reads a file and goes on with it, unless it cannot be used.</summary>
    public int WithFile(string file, Func<HoconDocument, int> goOn)
    {
        if (!File.Exists(file))
        {
            return Give(ExitCode.NoFile, new { error = $"There is no file '{file}'.", file }, $"There is no file '{file}'.");
        }

        HoconDocument document;
        try
        {
            document = HoconDocument.Load(file);
            _ = document.Root; // A configuration is an object.
        }
        catch (HoconException refused)
        {
            // A fault of the file as a whole has no line.
            return Refuse(file, [.. refused.Errors.Select(error => new ConfigurationFault(error.Message, error.Expected, error.Origin))]);
        }

        return goOn(document);
    }

    public int Refuse(string file, IReadOnlyList<ConfigurationFault> faults) => Give(
        ExitCode.Faults,
        new { file, ok = false, faults = faults.Select(FaultPart.Of) },
        string.Join("\n\n", faults) + $"\n\n{(faults.Count == 1 ? "1 fault" : $"{faults.Count} faults")} in {file}");

    public sealed record Place(string File, int? Line, int? Column)
    {
        public static Place Of(HoconOrigin origin) => new(origin.File, origin.Line > 0 ? origin.Line : null, origin.Line > 0 ? origin.Column : null);
    }

    private sealed record FaultPart(string Message, string? Expected, string? File, int? Line, int? Column, string? SourceLine)
    {
        public static FaultPart Of(ConfigurationFault fault) => fault.Origin is { } origin
            ? new(fault.Message, fault.Expected, origin.File, origin.Line > 0 ? origin.Line : null, origin.Line > 0 ? origin.Column : null, origin.Line > 0 ? origin.SourceLine : null)
            : new(fault.Message, fault.Expected, null, null, null, null);
    }
}
