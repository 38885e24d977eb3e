using System.Collections;

namespace Actors.Jobs.Queues;

/// <summary>A list that equals another with the same values in the same order, as records expect of what they consist of.</summary>
internal sealed class ValueList<T>(T[] values) : IReadOnlyList<T>
{
    public static ValueList<T> Empty { get; } = new([]);

    public int Count => values.Length;

    public T this[int index] => values[index];

    public static ValueList<T> Of(IEnumerable<T> values) => values.ToArray() is { Length: > 0 } some ? new ValueList<T>(some) : Empty;

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)values).GetEnumerator();

    public override bool Equals(object? obj) => obj is ValueList<T> other && other.SequenceEqual(this);

    public override int GetHashCode() => values.Length == 0 ? 0 : HashCode.Combine(values.Length, values[0]);

    public override string ToString() => $"[{string.Join(", ", values)}]";

    IEnumerator IEnumerable.GetEnumerator() => values.GetEnumerator();
}
