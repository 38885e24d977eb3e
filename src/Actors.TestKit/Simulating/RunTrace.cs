using System.Globalization;

namespace Actors.TestKit.Simulating;

/// <summary>What a run did: a number that two runs share only if they did the same, and the last things in words.</summary>
internal sealed class RunTrace(TextWriter? file = null) : IDisposable
{
    private const int Kept = 24;

    private readonly Entry[] _entries = new Entry[Kept];
    private readonly Dictionary<Type, ulong> _types = [];
    private long _noted;

    /// <summary>Comes from everything that was mixed in, and the order of it.</summary>
    public ulong Hash { get; private set; } = 14695981039346656037;

    public void Mix(ulong value) => Hash = (ulong.RotateLeft(Hash, 23) ^ value) * 0x9E3779B97F4A7C15;

    /// <summary>Types by their names, because what else tells them apart is another in each process.</summary>
    public void Mix(Type type)
    {
        if (!_types.TryGetValue(type, out var hash))
        {
            hash = 14695981039346656037;
            foreach (var letter in type.FullName ?? type.Name)
            {
                hash = (hash ^ letter) * 1099511628211;
            }

            _types.Add(type, hash);
        }

        Mix(hash);
    }

    /// <summary>Remembers what was done, to be put into words only if the run fails.</summary>
    public void Note(long step, TimeSpan time, string what, IActorRef? actor, object? detail)
    {
        var entry = new Entry(step, time, what, actor, detail);
        _entries[_noted++ % Kept] = entry;
        file?.WriteLine(entry.Describe());
    }

    /// <summary>The last things that were done, oldest first, a line each.</summary>
    public IReadOnlyList<string> Describe()
    {
        var lines = new List<string>();
        for (var i = Math.Max(0, _noted - Kept); i < _noted; i++)
        {
            lines.Add(_entries[i % Kept].Describe());
        }

        return lines;
    }

    public void Dispose() => file?.Dispose();

    private readonly record struct Entry(long Step, TimeSpan Time, string What, IActorRef? Actor, object? Detail)
    {
        private const int LongestDetail = 200;

        public string Describe() => string.Create(
            CultureInfo.InvariantCulture, $"step {Step}, {Time:c}: {Actor?.Path.Local} {What}{(Detail is null ? "" : " " + DescribeDetail())}");

        private string DescribeDetail()
        {
            string text;
            try
            {
                text = Detail is Exception cause ? $"{cause.GetType().Name}: {cause.Message}" : Detail!.ToString() ?? ""; // Described only if there is one.
            }
            catch (Exception thrown)
            {
                text = $"{Detail!.GetType().Name}, whose ToString throws {thrown.GetType().Name}"; // As above.
            }

            text = text.ReplaceLineEndings(" ");
            return text.Length <= LongestDetail ? text : text[..LongestDetail] + "…";
        }
    }
}
