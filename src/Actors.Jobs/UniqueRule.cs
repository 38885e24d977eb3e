using System.Security.Cryptography;
using System.Text;
using Actors.Jobs.Types;

namespace Actors.Jobs;

/// <summary>That there is one job of a kind at a time: what makes jobs the same, for how long, and what becomes of the second.</summary>
/// <remarks>
/// The owner of the queue derives it from the jobs that it has, so nothing has to be released and nothing can be left locked. A queue knows its own jobs only: jobs of one kind
/// belong into one queue.
/// </remarks>
public sealed record UniqueRule
{
    /// <summary>The arguments that make two jobs of a type the same, as paths such as <c>customer.id</c>; <c>nameof(Report.Customer)</c> will do.</summary>
    /// <value>Default: all arguments.</value>
    public IReadOnlyList<string> By { get; init; } = [];

    /// <summary>A text that makes two jobs the same, of whatever type, instead of their arguments.</summary>
    /// <value>Default null.</value>
    public string? Key { get; init; }

    /// <summary>As long as what a job keeps another of its kind out.</summary>
    /// <value>Default <see cref="UniqueWhile.Unfinished"/>.</value>
    public UniqueWhile While { get; init; }

    /// <summary>After a job has succeeded, others of its kind stay out until this time after its enqueue. A failed or cancelled one lets the next in at once.</summary>
    /// <value>Default zero: they come in at once.</value>
    public TimeSpan Period { get; init; }

    /// <summary>What becomes of a job that is not the only one.</summary>
    /// <value>Default <see cref="UniqueConflict.ReturnExisting"/>.</value>
    public UniqueConflict OnConflict { get; init; }

    internal void Validate()
    {
        if (Key is not null && By.Count > 0)
        {
            throw new ArgumentException("A rule of uniqueness goes by a key or by arguments, not by both. Leave one of them out.");
        }

        if (Key is { Length: 0 } || By.Any(string.IsNullOrWhiteSpace))
        {
            throw new ArgumentException("A rule of uniqueness goes by a key that is not empty, or by names of properties.");
        }

        if (Period < TimeSpan.Zero || Period > TimeSpan.FromDays(366))
        {
            throw new ArgumentOutOfRangeException(nameof(Period), Period, "A job can keep others of its kind out for at most 366 days.");
        }

        if (While == UniqueWhile.Waiting && Period > TimeSpan.Zero)
        {
            throw new ArgumentException("A job that lets the next in as soon as it begins cannot keep it out when it has succeeded. Leave out the period, or say While = Unfinished.");
        }
    }

    /// <summary>What two jobs have in common that are the same.</summary>
    internal UInt128 HashOf(string type, ReadOnlySpan<byte> args)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (Key is not null)
        {
            hash.AppendData("key\0"u8);
            hash.AppendData(Encoding.UTF8.GetBytes(Key));
        }
        else
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"args\0{type}\0"));
            if (By.Count == 0)
            {
                hash.AppendData(args);
            }

            foreach (var path in By)
            {
                var value = ArgsPath.Read(args, path);
                hash.AppendData(Encoding.UTF8.GetBytes(value is null ? $"{path.ToUpperInvariant()}\0\0" : $"{path.ToUpperInvariant()}\0={value}\0"));
            }
        }

        Span<byte> bytes = stackalloc byte[32];
        hash.GetHashAndReset(bytes);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}

/// <summary>As long as what a job keeps another of its kind out. Numbers are stored: they never change meaning.</summary>
public enum UniqueWhile
{
    /// <summary>Until it has finished: while it waits, runs, or waits for its next attempt.</summary>
    Unfinished = 0,

    /// <summary>Until its first attempt begins: what is asked for meanwhile gets a run of its own.</summary>
    Waiting = 1,
}

/// <summary>What becomes of a job of a kind that there is already. Numbers are stored: they never change meaning.</summary>
public enum UniqueConflict
{
    /// <summary>It is not enqueued; whoever asked gets the id of the one that there is.</summary>
    ReturnExisting = 0,

    /// <summary>It takes the place of one that has not begun, which ends as cancelled. One that has begun stays, as with <see cref="ReturnExisting"/>.</summary>
    Replace = 1,

    /// <summary>Whoever asked gets a <see cref="JobConflictException"/>.</summary>
    Reject = 2,
}

/// <summary>There is one job of this type at a time, unless the enqueue says otherwise. See <see cref="UniqueRule"/>.</summary>
/// <param name="by">The arguments that make two jobs the same, as paths; none means all.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct, Inherited = false)]
public sealed class UniqueAttribute(params string[] by) : Attribute
{
    /// <summary>As <see cref="UniqueRule.By"/>.</summary>
    public IReadOnlyList<string> By { get; } = by;

    /// <summary>As <see cref="UniqueRule.While"/>.</summary>
    public UniqueWhile While { get; set; }

    /// <summary>As <see cref="UniqueRule.Period"/>: a duration such as <c>1 hour</c>.</summary>
    public string? Period { get; set; }

    /// <summary>As <see cref="UniqueRule.OnConflict"/>.</summary>
    public UniqueConflict OnConflict { get; set; }
}
