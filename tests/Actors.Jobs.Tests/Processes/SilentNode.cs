using Actors.Jobs.Tests.Sqlite;

namespace Actors.Jobs.Tests.Processes;

/// <summary>A worker process that is stopped by a signal. Its first job goes on until a file named "go" appears, whatever its token says.</summary>
internal static class SilentNode
{
    private const string Argument = "silent-node";

    public static bool IsWanted(string[] args) => args is [Argument, _];

    public static string[] Arguments(string folder) => [Argument, folder];

    public static async Task<int> RunAsync(string[] args)
    {
        var folder = args[1];
        var notes = new Notes(Path.Combine(folder, "silent.txt"));
        var ran = new Ran
        {
            Body = async (job, _) =>
            {
                notes.Add($"begun {job.Text}");
                while (!File.Exists(Path.Combine(folder, "go")))
                {
                    await Task.Delay(10, CancellationToken.None);
                }

                notes.Add($"ended {job.Text}");
            },
        };
        await using var node = await Node.StartAsync(folder, isWorker: true, ran, new QueueOptions { Workers = 2, Prefetch = 2 });
        new Notes(Path.Combine(folder, "started.txt")).Add("started");
        await Task.Delay(Timeout.Infinite);
        return 0;
    }
}
