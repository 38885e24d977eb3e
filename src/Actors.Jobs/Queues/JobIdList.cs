using System.Collections;

namespace Actors.Jobs.Queues;

/// <summary>Ids in an answer. Two are equal when they have the same ids, so that two answers are.</summary>
internal sealed class JobIdList(IReadOnlyList<JobId> ids) : IReadOnlyList<JobId>, IEquatable<JobIdList>
{
    public static JobIdList Empty { get; } = new([]);

    public int Count => ids.Count;

    public JobId this[int index] => ids[index];

    public IEnumerator<JobId> GetEnumerator() => ids.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public bool Equals(JobIdList? other) => other is not null && this.SequenceEqual(other);

    public override bool Equals(object? obj) => Equals(obj as JobIdList);

    public override int GetHashCode() => Count == 0 ? 0 : this[0].GetHashCode();
}
