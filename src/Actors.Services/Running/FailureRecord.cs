namespace Actors.Services.Running;

/// <summary>What a service remembers of its failures.</summary>
internal sealed class FailureRecord(ServiceOptions options, Random random)
{
    private readonly Queue<Incident> _incidents = new();
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
            _incidents.Dequeue();
        }
    }

    public void Add(Incident incident)
    {
        while (_incidents.Count >= _limit)
        {
            _incidents.Dequeue();
        }

        _incidents.Enqueue(incident);
        LastIncident = incident;
    }
}
