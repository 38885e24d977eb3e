using System.Diagnostics;
using System.Globalization;
using Actors.Jobs;
using Actors.Persistence;

namespace Actors.Sql.Tests.Sqlite;

/// <summary>A real process with a real file, ended by kill -9.</summary>
public sealed class CrashTests : IDisposable
{
    private const int Kills = 10;
    private const int Seed = 42;

    private readonly TestFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task Every_acknowledged_write_survives_kill_9_at_any_moment()
    {
        var random = new Random(Seed);
        TestContext.Current.SendDiagnosticMessage($"seed {Seed}");
        for (var kill = 0; kill < Kills; kill++)
        {
            var acknowledged = await KillAfterAsync(random.Next(2, 400));
            await using var store = await _file.OpenAsync();
            foreach (var journal in new[] { "orders", "emails" })
            {
                await CheckAsync(store.Journal, journal, acknowledged);
            }

            foreach (var id in acknowledged.Where(line => line.StartsWith("history ", StringComparison.Ordinal)))
            {
                (await store.History.FindAsync(JobId.Parse(id["history ".Length..]), default)).ShouldNotBeNull();
            }
        }

        _file.Query("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'").ShouldBe(1);
    }

    [Fact]
    public async Task A_second_process_is_refused_with_the_holders_process_id_until_kill_9_ends_the_holder()
    {
        using var child = CrashChild.Start(_file.Path);
        (await child.StandardOutput.ReadLineAsync()).ShouldBe("open");

        var exception = await Should.ThrowAsync<StoreException>(() => _file.OpenAsync());
        exception.Message.ShouldContain(_file.Path);
        exception.Message.ShouldContain($"in use by process {child.Id}");

        await EndAsync(child);
        await (await _file.OpenAsync()).DisposeAsync();
    }

    [Fact]
    public async Task A_write_that_fails_at_the_last_moment_is_in_doubt_until_the_connection_is_reset_and_the_row_is_read()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Limits the size of files with ulimit.");
        using var child = CrashChild.StartWithFileLimit(_file.Path, blocksOf512: 4_000);
        var lines = new List<string>();
        while (!lines.Any(line => line.StartsWith("after the reset", StringComparison.Ordinal))
            && await child.StandardOutput.ReadLineAsync() is { } line)
        {
            lines.Add(line);
        }

        var reset = lines[^1];
        lines.AddRange(await EndAsync(child));
        lines.ShouldContain(line => line.StartsWith("in doubt about", StringComparison.Ordinal) && line.Contains(_file.Path));
        reset.ShouldEndWith("is absent");
        await using var store = await _file.OpenAsync();
        await CheckAsync(store.Journal, "orders", lines);
        await CheckAsync(store.Journal, "emails", lines);
    }

    private static async Task CheckAsync(IJournal store, string journal, IReadOnlyList<string> acknowledged)
    {
        var last = acknowledged.Where(line => line.StartsWith(journal, StringComparison.Ordinal))
            .Select(line => long.Parse(line[(journal.Length + 1)..], CultureInfo.InvariantCulture)).DefaultIfEmpty().Max();
        var owner = await Owner.OpenAsync(store, journal);
        owner.Opening.LastSequenceNumber.ShouldBeGreaterThanOrEqualTo(last);
        owner.Opening.LastSequenceNumber.ShouldBeLessThanOrEqualTo(last == 0 ? long.MaxValue : last + 2);   // one was under way, and one line is dropped
        var rows = await store.ReadAsync(journal, 1, int.MaxValue, default);
        if (rows.Count > 0)
        {
            rows[0].SequenceNumber.ShouldBe(owner.Opening.FirstSequenceNumber);
            rows[^1].SequenceNumber.ShouldBe(owner.Opening.LastSequenceNumber);
            var row = owner.Opening.LastPayloadRow;
            (await store.ReadPayloadsAsync(journal, [row - 1, row], default)).Select(bytes => bytes.Length).ShouldBe([4000, 100]);
        }
    }

    /// <returns>Every complete line that the child wrote.</returns>
    private async Task<IReadOnlyList<string>> KillAfterAsync(int lines)
    {
        using var child = CrashChild.Start(_file.Path);
        var read = new List<string>();
        while (await child.StandardOutput.ReadLineAsync() is { } line)
        {
            read.Add(line);
            if (read.Count == lines)
            {
                child.Kill();
            }
        }

        await child.WaitForExitAsync();
        read.Count.ShouldBeGreaterThanOrEqualTo(lines);
        return read[..^1];   // the kill may cut the last line short, and a shorter number would be a different one
    }

    /// <returns>The complete lines that the child wrote and nobody had read.</returns>
    private static async Task<IReadOnlyList<string>> EndAsync(Process child)
    {
        child.Kill();
        var read = new List<string>();
        while (await child.StandardOutput.ReadLineAsync() is { } line)
        {
            read.Add(line);
        }

        await child.WaitForExitAsync();
        return read.Count == 0 ? read : read[..^1];
    }
}
