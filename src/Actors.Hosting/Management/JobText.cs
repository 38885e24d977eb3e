using System.Globalization;
using System.Text;
using Actors.Jobs;

namespace Actors.Hosting.Management;

/// <summary>Jobs in words, one line each.</summary>
internal static partial class JobText
{
    private const int MaxErrorLength = 200;

    public static string Of(JobSearchPage page)
    {
        if (page.Jobs.Count == 0 && page.Next is null)
        {
            return "No job matches.";
        }

        var text = new StringBuilder();
        var stateWidth = page.Jobs.Select(job => job.State.ToString().Length).DefaultIfEmpty().Max();
        var typeWidth = page.Jobs.Select(job => job.Type.Length).DefaultIfEmpty().Max();
        foreach (var job in page.Jobs)
        {
            text.Append(CultureInfo.InvariantCulture, $"{job.Id}  {job.State.ToString().PadRight(stateWidth)}  {job.Type.PadRight(typeWidth)}  {Moment(job.EnqueuedAt)}  {job.Queue}");
            text.Append(job.Key is null ? "" : $", key '{job.Key}'").Append(job.Tags.Count == 0 ? "" : $", tags {string.Join(", ", job.Tags)}");
            text.Append(job.Error is null ? "" : $": {Line(job.Error)}").Append('\n');
        }

        return page.Next is null ? text.ToString().TrimEnd('\n') : text.Append("More with --cursor ").Append(page.Next).ToString();
    }

    public static string Of(IReadOnlyList<ErrorCount> errors) => errors.Count == 0
        ? "No job that has finished has an error."
        : string.Join('\n', errors.Select(error => string.Create(
            CultureInfo.InvariantCulture, $"{error.Count,8}  {error.Fingerprint}  {Line(error.Error)}\n          such as {error.Example}")));

    private static string Line(string error)
    {
        var line = error.Split('\n')[0].TrimEnd();
        return line.Length <= MaxErrorLength ? line : line[..MaxErrorLength] + "…";
    }

    private static string Moment(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
