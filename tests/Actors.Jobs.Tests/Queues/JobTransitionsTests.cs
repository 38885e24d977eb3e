using System.Runtime.CompilerServices;
using Actors.Jobs.Queues;

namespace Actors.Jobs.Tests.Queues;

public sealed class JobTransitionsTests
{
    [Fact]
    public void The_table_in_the_guide_is_the_one_in_the_code()
    {
        // | Running | Succeeded, Failed | … |
        var written = File.ReadLines(Path.Combine(Root(), "docs", "jobs.md"))
            .SkipWhile(line => line != "| from | to | when |")
            .Skip(2)
            .TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells[1] != "—")
            .Select(cells => (Enum.Parse<JobState>(cells[1]), Enum.Parse<JobState>(cells[2])))
            .ToList();
        var legal =
            from before in Enum.GetValues<JobState>()
            from after in Enum.GetValues<JobState>()
            where JobTransitions.IsLegal(before, after)
            select (before, after);
        written.Order().ShouldBe(legal.Order());
    }

    [Fact]
    public void What_has_finished_stays_so()
    {
        foreach (var final in new[] { JobState.Succeeded, JobState.Failed, JobState.Cancelled })
        {
            Enum.GetValues<JobState>().ShouldAllBe(after => !JobTransitions.IsLegal(final, after));
        }
    }

    private static string Root([CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "..");
}
