using System.Globalization;

namespace Actors.TestKit.Simulating;

/// <summary>The one line that runs a seed again.</summary>
internal static class ReplayCommand
{
    public static string For(string name, string file, int seed, SimulationReport report)
    {
        var faults = report.IsReduced ? string.Create(CultureInfo.InvariantCulture, $"{Simulation.FaultsVariable}={report.Faults} ") : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Simulation.SeedVariable}={seed} {faults}dotnet run{Project(file)} -- --filter-method \"*.{name}\"");
    }

    /// <summary>The project in whose folder the source file is, as it is reached from where the solution or the repository begins.</summary>
    private static string Project(string file)
    {
        var folder = Path.GetDirectoryName(file);
        while (folder is not null && !(Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*.csproj").Any()))
        {
            folder = Path.GetDirectoryName(folder);
        }

        if (folder is null)
        {
            return ""; // Built elsewhere: the sources are not here.
        }

        var root = Path.GetDirectoryName(folder);
        while (root is not null && !Path.Exists(Path.Combine(root, ".git")) && !Directory.EnumerateFiles(root, "*.sln*").Any())
        {
            root = Path.GetDirectoryName(root);
        }

        return " --project " + (root is null ? folder : Path.GetRelativePath(root, folder).Replace('\\', '/'));
    }
}
