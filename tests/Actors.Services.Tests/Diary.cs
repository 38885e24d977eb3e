using System.Globalization;
using Actors.TestKit;

namespace Actors.Services.Tests;

/// <summary>What services did, and when in virtual time. Thread-safe.</summary>
internal sealed class Diary(TestSystem system)
{
    private readonly Lock _lock = new();
    private readonly List<(TimeSpan At, string What)> _notes = [];

    /// <summary>What was noted, oldest first.</summary>
    public IReadOnlyList<string> Notes
    {
        get
        {
            lock (_lock)
            {
                return [.. _notes.Select(note => note.What)];
            }
        }
    }

    public int Count(string what) => Notes.Count(note => note == what);

    /// <summary>The seconds at which something was noted.</summary>
    public double[] SecondsOf(string what)
    {
        lock (_lock)
        {
            return [.. _notes.Where(note => note.What == what).Select(note => note.At.TotalSeconds)];
        }
    }

    public void Note(string what)
    {
        lock (_lock)
        {
            _notes.Add((system.Time.Elapsed, what));
        }
    }

    public override string ToString()
    {
        lock (_lock)
        {
            return string.Join(", ", _notes.Select(note => string.Create(CultureInfo.InvariantCulture, $"{note.At.TotalSeconds:0.###} {note.What}")));
        }
    }
}
