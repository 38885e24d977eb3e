namespace Actors.TestKit;

/// <summary>What goes wrong in the actors of a simulation, although their code is right. Nothing does, until told.</summary>
/// <remarks>
/// The seed decides at each point, in a sequence of its own. The actors need no change. Those of the probes and of <c>/system</c> are spared.
/// </remarks>
public sealed class SimulationFaults
{
    private readonly double[] _probabilities = new double[Enum.GetValues<FaultPoint>().Length];
    private readonly Random _random;
    private bool _isAny;

    internal SimulationFaults(Random random, int limit)
    {
        _random = random;
        Limit = limit;
    }

    /// <summary>Whether faults strike. Switch them off for the end of a scenario, where everything is to come right again.</summary>
    /// <value>Default true.</value>
    public bool IsOn { get; set; } = true;

    /// <summary>Which actors may be struck.</summary>
    /// <value>Default all under <c>/user</c>, without the probes.</value>
    public Predicate<IActorRef> Applies { get; set; } = static _ => true;

    /// <summary>How often a handler or a hook is put off for a while, so that others come before it.</summary>
    /// <value>From 0, never, the default, to 1, always.</value>
    public double Pauses { get; set; }

    /// <summary>The longest such pause, in virtual time. Every second one does not end early when the actor is told to stop.</summary>
    /// <value>Default 2 s.</value>
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How many faults have struck.</summary>
    public int Struck { get; private set; }

    /// <summary>After how many faults no more strike.</summary>
    internal int Limit { get; }

    /// <summary>How often something throws.</summary>
    /// <value>From 0, never, the default, to 1, always.</value>
    public double this[FaultPoint point]
    {
        get => _probabilities[(int)point];
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 1);
            _probabilities[(int)point] = value;
            _isAny = Array.Exists(_probabilities, probability => probability > 0);
        }
    }

    /// <summary>Sets how often each of the points throws.</summary>
    /// <param name="probability">From 0, never, to 1, always.</param>
    public void Everywhere(double probability)
    {
        foreach (var point in Enum.GetValues<FaultPoint>())
        {
            this[point] = probability;
        }
    }

    /// <summary>Decides whether a fault strikes that is not one of an actor.</summary>
    internal bool Strikes(double probability)
    {
        if (!IsOn || probability <= 0 || _random.NextDouble() >= probability || Struck >= Limit)
        {
            return false;
        }

        Struck++;
        return true;
    }

    internal FaultException? Throws(FaultPoint point, IActorRef actor) =>
        _isAny && IsOn && Applies(actor) && Strikes(_probabilities[(int)point]) ? new FaultException($"{point} of {actor.Path.Local}") : null;

    /// <summary>Whether what was decided to fail does so after it has done its work.</summary>
    internal bool IsAfter() => _random.Next(2) == 0;

    /// <summary>How long to wait before a handler or hook; zero is not at all.</summary>
    internal TimeSpan Pause(IActorRef actor, out bool isDeaf)
    {
        isDeaf = false;
        if (Pauses <= 0 || !IsOn || !Applies(actor) || !Strikes(Pauses))
        {
            return TimeSpan.Zero;
        }

        isDeaf = _random.Next(2) == 0;
        return TimeSpan.FromTicks(1 + _random.NextInt64(LongestPause.Ticks));
    }
}

/// <summary>A failure made by a simulation.</summary>
public sealed class FaultException(string where) : Exception($"Simulated fault in {where}.")
{
    /// <summary>Where it struck.</summary>
    public string Where { get; } = where;
}
