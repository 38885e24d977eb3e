using System.Buffers;

namespace Actors;

/// <summary>The place of an actor in the tree, such as <c>actors://shop/user/services/heartbeat</c>. Immutable.</summary>
public sealed class ActorPath : IEquatable<ActorPath>
{
    /// <summary>The longest name that an actor may have, in characters.</summary>
    public const int MaxNameLength = 255;

    private const string Scheme = "actors://";
    private static readonly SearchValues<char> Legal = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.*$+:@&=,!~';()%");

    internal ActorPath(ActorPath? parent, string name)
    {
        Parent = parent;
        Name = name;
    }

    /// <summary>The path of the parent; null for the root.</summary>
    public ActorPath? Parent { get; }

    /// <summary>The last part of the path; for the root, the name of the system.</summary>
    public string Name { get; }

    /// <summary>The path within the system, such as <c>/user/services/heartbeat</c>.</summary>
    public string Local => Parent is null ? "/" : Parent.Parent is null ? "/" + Name : Parent.Local + "/" + Name;

    /// <summary>Throws unless <paramref name="name"/> can name an actor.</summary>
    /// <exception cref="InvalidActorNameException">The name is empty or longer than <see cref="MaxNameLength"/>, begins with <c>$</c>, or has a character that a path cannot hold.</exception>
    public static void Validate(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length == 0)
        {
            throw new InvalidActorNameException(name, "An actor's name must not be empty. Leave it out to have one made.");
        }

        if (name.Length > MaxNameLength)
        {
            throw new InvalidActorNameException(
                name, $"The actor name '{name[..32]}…' has {name.Length} characters; {MaxNameLength} are allowed. Shorten it, or use a hash of it.");
        }

        if (name[0] == '$')
        {
            throw new InvalidActorNameException(
                name, $"The actor name '{name}' is reserved: names that begin with '$' are made by the system. Use another first character.");
        }

        var illegal = name.AsSpan().IndexOfAnyExcept(Legal);
        if (illegal >= 0)
        {
            throw new InvalidActorNameException(
                name,
                $"The actor name '{name}' has the illegal character {Shown(name[illegal])} at position {illegal}. " +
                "Use letters, digits and -_.*$+:@&=,!~';()% (no '/', no spaces).");
        }
    }

    private static string Shown(char character) => char.IsControl(character) ? $"U+{(int)character:X4}" : $"'{character}'";

    /// <inheritdoc/>
    public bool Equals(ActorPath? other) =>
        ReferenceEquals(this, other) ||
        (other is not null && Name == other.Name && (Parent is null ? other.Parent is null : Parent.Equals(other.Parent)));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ActorPath);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Parent);

    /// <inheritdoc/>
    public override string ToString() =>
        Parent is null ? Scheme + Name + "/" : Parent.Parent is null ? Parent + Name : Parent + "/" + Name;
}
