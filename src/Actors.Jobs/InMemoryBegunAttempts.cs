using System.Collections.Concurrent;

namespace Actors.Jobs;

/// <summary>Begun attempts in memory. It outlives the job systems that use it: a test that "crashes" one opens the next one on the same object.</summary>
public sealed class InMemoryBegunAttempts : IBegunAttempts
{
    private readonly ConcurrentDictionary<string, Table> _tables = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IBegunTable Open(string queue, int slots) =>
        _tables.AddOrUpdate(queue, _ => new Table(slots, new HashSet<BegunAttempt>()), (_, last) => new Table(slots, last.Leave()));

    private sealed class Table(int slots, HashSet<BegunAttempt> left) : IBegunTable
    {
        private readonly long[] _words = new long[slots];
        private HashSet<BegunAttempt> _left = left;

        public IReadOnlySet<BegunAttempt>? Left => Volatile.Read(ref _left);

        public bool IsStopping { get; set; }

        public void Forget() => Volatile.Write(ref _left, []);

        public void Begin(int slot, long number, int grant) => Volatile.Write(ref _words[slot], new BegunAttempt(number, grant).ToWord());

        public void End(int slot, long number, int grant) =>
            Interlocked.CompareExchange(ref _words[slot], 0, new BegunAttempt(number, grant).ToWord());

        /// <summary>What the next process finds.</summary>
        public HashSet<BegunAttempt> Leave() =>
            [.. _left, .. IsStopping ? [] : _words.Select(static (_, i) => i).Select(slot => Volatile.Read(ref _words[slot])).Where(word => word != 0).Select(BegunAttempt.FromWord)];
    }
}
