using Actors.Services.Guarding;

namespace Actors.Services.Running;

/// <summary>What a service remembers of its failures.</summary>
internal sealed class FailureRecord(ServiceOptions options, Random random)
{
    private readonly List<Incident> _incidents = [];
    private int _limit = options.IncidentLimit;

    /// <summary>Says what follows a failure.</summary>
    public RestartBudget Budget { get; } = new(options.Restart, random);

    /// <summary>When the last restart was, or is, due.</summary>
    public DateTimeOffset? NextRestartAt { get; set; }

    /// <summary>Bodies that did not stop and still run.</summary>
    public int Abandoned { get; set; }

    public Incident? LastIncident { get; private set; }

    /// <summary>The last incidents, oldest first.</summary>
    public IReadOnlyList<Incident> Incidents => [.. _incidents];

    public void Apply(ServiceOptions changed)
    {
        Budget.Options = changed.Restart;
        _limit = changed.IncidentLimit;
        while (_incidents.Count > _limit)
        {
            _incidents.RemoveAt(0);
        }
    }

    public void Add(Incident incident)
    {
        while (_incidents.Count >= _limit)
        {
            _incidents.RemoveAt(0);
        }

        _incidents.Add(incident);
        LastIncident = incident;
    }

    /// <summary>The last incident was not this service's alone.</summary>
    /// <param name="cause">That of all.</param>
    /// <param name="service">Whose record this is.</param>
    /// <param name="isTogether">Whether it is started again with the others.</param>
    public void Share(SharedCause cause, string service, bool isTogether)
    {
        if (LastIncident is { } last && CauseFingerprint.Of(last.ExceptionType, last.Message, service) == cause.Fingerprint)
        {
            LastIncident = isTogether ? cause.Incident : last with { Shared = cause };
            _incidents[^1] = LastIncident;
        }
    }
}
