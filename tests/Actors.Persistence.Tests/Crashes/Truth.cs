using System.Text.Json;

namespace Actors.Persistence.Tests.Crashes;

/// <summary>A journal that knows all that was ever durable in it, in order, also what has been deleted since.</summary>
internal sealed class Truth : IJournal
{
    private readonly InMemoryJournal _inner = new();

    /// <summary>The values of all events that were ever durable.</summary>
    public List<int> Values { get; } = [];

    /// <summary>The values of each commit.</summary>
    public List<int[]> Commits { get; } = [];

    /// <summary>The first commit that is kept.</summary>
    public long FirstKept { get; private set; } = 1;

    public int Openings { get; private set; }

    public Task<JournalOpening> OpenAsync(string persistenceId, Guid writer, int readableFormat, CancellationToken cancellationToken)
    {
        Openings++;
        return _inner.OpenAsync(persistenceId, writer, readableFormat, cancellationToken);
    }

    public async Task<AppendOutcome[]> AppendAsync(IReadOnlyList<Commit> commits, CancellationToken cancellationToken)
    {
        var outcomes = await _inner.AppendAsync(commits, cancellationToken);
        for (var i = 0; i < outcomes.Length; i++)
        {
            if (outcomes[i] == AppendOutcome.Appended)
            {
                using var json = JsonDocument.Parse(commits[i].Events);
                int[] values = [.. json.RootElement.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("data").GetProperty("value").GetInt32())];
                json.RootElement.GetProperty("first").GetInt64().ShouldBe(Values.Count + 1, "Events are numbered without a gap.");
                Values.AddRange(values);
                Commits.Add(values);
                FirstKept = Math.Max(FirstKept, Math.Min(commits[i].DeleteCommitsBefore, commits[i].SequenceNumber));
            }
        }

        return outcomes;
    }

    public Task ResetAsync(CancellationToken cancellationToken) => _inner.ResetAsync(cancellationToken);

    public Task<IReadOnlyList<CommitRow>> ReadAsync(
        string persistenceId, long fromSequenceNumber, int maxBytes, CancellationToken cancellationToken) =>
        _inner.ReadAsync(persistenceId, fromSequenceNumber, maxBytes, cancellationToken);

    public Task<IReadOnlyList<ReadOnlyMemory<byte>>> ReadPayloadsAsync(
        string persistenceId, IReadOnlyList<long> rows, CancellationToken cancellationToken) =>
        _inner.ReadPayloadsAsync(persistenceId, rows, cancellationToken);

    public ValueTask DisposeAsync() => _inner.DisposeAsync();
}
