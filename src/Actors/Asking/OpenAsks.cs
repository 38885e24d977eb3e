using Actors.Cells;

namespace Actors.Asking;

/// <summary>
/// The questions that an actor has taken and not answered in its turn, so that it can tell who asked when it ends before it answers.
/// Made when there is the first. Belongs to the actor's turn, but for <see cref="OnGone"/>.
/// </summary>
/// <remarks>An answered question stays in the list until as many are gone as are open, so an answer never has to look for its place.</remarks>
internal sealed class OpenAsks(ActorCell owner)
{
    private const int Slack = 8;

    private readonly List<AskRef> _asks = [];
    private int _gone;

    public ActorCell Owner => owner;

    /// <summary>Whether it is worth a <see cref="Trim"/>.</summary>
    public bool HasManyGone => Volatile.Read(ref _gone) is var gone && gone > 0 && (gone >= _asks.Count || gone > (_asks.Count / 2) + Slack);

    public void Add(AskRef ask) => _asks.Add(ask);

    /// <summary>A question in the list was answered, given up or handed on. For any thread.</summary>
    public void OnGone() => Interlocked.Increment(ref _gone);

    /// <summary>Forgets what is gone.</summary>
    /// <returns>Whether anything is left.</returns>
    public bool Trim()
    {
        Volatile.Write(ref _gone, 0);
        _asks.RemoveAll(ask => !ask.IsOpenIn(this));
        if (_asks.Capacity > 4 * (_asks.Count + Slack))
        {
            _asks.TrimExcess();
        }

        return _asks.Count > 0;
    }

    /// <summary>Gives all up.</summary>
    public AskRef[] TakeAll()
    {
        AskRef[] all = [.. _asks];
        _asks.Clear();
        return all;
    }
}
