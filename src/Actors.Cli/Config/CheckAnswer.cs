using Actors.Hocon;
using Actors.Hosting;
using Microsoft.Extensions.Configuration;

namespace Actors.Cli.Config;

/// <summary>All that is wrong with a file.</summary>
internal static class CheckAnswer
{
    public static int Run(string file, Answer answer) => answer.WithFile(file, document =>
    {
        IReadOnlyList<ConfigurationFault> faults;
        try
        {
            faults = ActorsConfiguration.Check(new ConfigurationBuilder().AddHoconDocument(document).Build());
        }
        catch (HoconException refused)
        {
            faults = [.. refused.Errors.Select(error => new ConfigurationFault(error.Message, error.Expected, error.Origin))];
        }

        if (faults.Count > 0)
        {
            return answer.Refuse(file, [.. faults.OrderBy(fault => fault.Origin?.File, StringComparer.Ordinal).ThenBy(fault => fault.Origin?.Line).ThenBy(fault => fault.Origin?.Column)]);
        }

        var keys = document.Root.Entries().Count(entry => entry.Value is HoconScalar && entry.Elements[0] == "actors");
        return answer.Give(
            ExitCode.Fine,
            new { file, ok = true, faults = Array.Empty<object>(), keys, files = document.Files },
            $"{file}: nothing is wrong. {keys} {(keys == 1 ? "key" : "keys")} of 'actors' in {document.Files.Count} {(document.Files.Count == 1 ? "file" : "files")}.");
    });
}
