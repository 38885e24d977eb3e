namespace Actors.Hocon.Syntax;

/// <summary>Collects errors up to a limit.</summary>
internal sealed class ErrorList(int limit)
{
    private readonly List<HoconError> _errors = [];

    public bool IsEmpty => _errors.Count == 0;

    /// <summary>Whether looking for more is pointless.</summary>
    public bool IsFull => _errors.Count >= limit;

    public void Add(HoconOrigin origin, string message, string? expected = null)
    {
        if (!IsFull)
        {
            _errors.Add(new HoconError(origin, message, expected));
        }
    }

    public HoconException ToException() => new([.. _errors], IsFull);

    public void ThrowIfAny()
    {
        if (!IsEmpty)
        {
            throw ToException();
        }
    }
}
