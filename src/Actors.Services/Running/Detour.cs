using Actors.Services.Guarding;

namespace Actors.Services.Running;

/// <summary>What a service remembers only while something is not as usual with it. Most of a hundred thousand never need one.</summary>
internal sealed class Detour
{
    /// <summary>A start that was commanded while it stops.</summary>
    public ServiceCommand.Start? StartAfterStop { get; set; }

    /// <summary>Why a hung body is being ended; a failure, once it has ended or is abandoned.</summary>
    public ServiceHungException? Hung { get; set; }

    /// <summary>How long the hung body had run.</summary>
    public TimeSpan? RanFor { get; set; }

    /// <summary>Which restart it is that waits for what the service depends on.</summary>
    public int RestartBehindGate { get; set; }

    /// <summary>The actors of a service that is one; several, when earlier ones were abandoned.</summary>
    public List<ActorBody> Actors { get; } = [];

    /// <summary>How many were given another name because an abandoned one has it.</summary>
    public int Abandoned { get; set; }

    /// <summary>With whom it comes back; null when it does so by itself.</summary>
    public Comeback? Comeback { get; set; }

    /// <summary>Whose others wait until it runs.</summary>
    public GroupRestart? Returning { get; set; }

    /// <summary>Why its body is being ended although nobody has told it to stop.</summary>
    public StandDown? StandDown { get; set; }
}
