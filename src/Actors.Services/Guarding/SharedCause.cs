namespace Actors.Services.Guarding;

/// <summary>One cause of which several services have failed within seconds: one incident for all of them. The list grows while they wait. Thread-safe.</summary>
internal sealed class SharedCause
{
    private readonly Lock _lock = new();
    private readonly List<string> _services = [];
    private string[]? _snapshot;

    /// <param name="first">The first failure of it.</param>
    /// <param name="fingerprint">What makes two failures the same.</param>
    public SharedCause(Incident first, CauseFingerprint fingerprint)
    {
        Fingerprint = fingerprint;
        Incident = first with { Rule = "started again together", Shared = this };
    }

    public CauseFingerprint Fingerprint { get; }

    /// <summary>The incident of all that come back together.</summary>
    public Incident Incident { get; }

    /// <summary>In the order of their failures.</summary>
    public IReadOnlyList<string> Services
    {
        get
        {
            lock (_lock)
            {
                return _snapshot ??= [.. _services];
            }
        }
    }

    public void Add(string service)
    {
        lock (_lock)
        {
            _services.Add(service);
            _snapshot = null;
        }
    }
}

/// <summary>The exception's type and message; the service's own name, where it is quoted in it, makes no difference.</summary>
internal readonly record struct CauseFingerprint(string Type, string Message)
{
    /// <summary>Null for what was no exception: one body that does not stop says nothing of another.</summary>
    public static CauseFingerprint? Of(string? type, string message, string service) =>
        type is null ? null : new CauseFingerprint(type, message.Replace($"'{service}'", "'*'", StringComparison.Ordinal));
}
