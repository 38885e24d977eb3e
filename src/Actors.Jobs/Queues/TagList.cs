using System.Collections;

namespace Actors.Jobs.Queues;

/// <summary>The tags of a job: equal when the words are, so that what is said of jobs can be compared.</summary>
internal sealed class TagList(IEnumerable<string> tags) : IReadOnlyList<string>, IEquatable<TagList>
{
    private readonly string[] _tags = [.. tags];

    public static TagList Empty { get; } = new([]);

    public int Count => _tags.Length;

    public string this[int index] => _tags[index];

    public static TagList Of(IReadOnlyCollection<string> tags) => tags.Count == 0 ? Empty : new TagList(tags);

    public bool Equals(TagList? other) => other is not null && _tags.AsSpan().SequenceEqual(other._tags);

    public override bool Equals(object? obj) => Equals(obj as TagList);

    public override int GetHashCode() => _tags.Length == 0 ? 0 : HashCode.Combine(_tags.Length, _tags[0]);

    public override string ToString() => string.Join(", ", _tags);

    public IEnumerator<string> GetEnumerator() => ((IEnumerable<string>)_tags).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _tags.GetEnumerator();
}
