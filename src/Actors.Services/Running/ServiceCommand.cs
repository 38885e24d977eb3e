using Actors.Services.Guarding;

namespace Actors.Services.Running;

/// <summary>What the actor of a service receives. Its loss is normal when the service is unregistered or the system ends; whoever asked is told.</summary>
internal abstract record ServiceCommand : IDeadLetterSuppression
{
    private ServiceCommand()
    {
    }

    /// <param name="Operation">To which the guardian's answer belongs; null at autostart, which nobody awaits.</param>
    /// <param name="Index">The place of this service in the operation.</param>
    /// <param name="Order">The place of this start among all starts, for the order of stopping.</param>
    public sealed record Start(ServiceOperation? Operation, int Index, long Order) : ServiceCommand;

    public sealed record Stop(ServiceOperation Operation, int Index) : ServiceCommand;

    /// <summary>Answered to the operation, or to the sender when there is none.</summary>
    public sealed record Query(ServiceOperation? Operation, int Index) : ServiceCommand;

    /// <summary>Answered to the sender.</summary>
    public sealed record QueryIncidents : ServiceCommand
    {
        public static QueryIncidents Instance { get; } = new();
    }

    /// <summary>New options. Answered to the sender, with the status.</summary>
    public sealed record Apply(ServiceOptions Options) : ServiceCommand;

    /// <summary>The instance is made and its code is about to run.</summary>
    public sealed record Began(Incarnation Incarnation) : ServiceCommand;

    /// <summary>The code has said that it is ready. Told only when somebody waits for it.</summary>
    public sealed record BecameReady(Incarnation Incarnation) : ServiceCommand;

    /// <summary>A service that this one waits for has become ready.</summary>
    public sealed record DependencyReady : ServiceCommand
    {
        public static DependencyReady Instance { get; } = new();
    }

    /// <summary>It is time to see whether the code has said that it is alive.</summary>
    public sealed record WatchdogDue(Incarnation Incarnation) : ServiceCommand;

    /// <summary>A tick threw, and the service goes on.</summary>
    public sealed record TickFailed(Incarnation Incarnation, Exception Cause, TimeSpan Next) : ServiceCommand;

    /// <summary>The code, its hooks and its disposal have ended.</summary>
    /// <param name="Incarnation">Which.</param>
    /// <param name="Defect">What our own code threw, which it should not.</param>
    public sealed record Ended(Incarnation Incarnation, Exception? Defect) : ServiceCommand;

    /// <summary>Our own code around that of the service threw, which it should not.</summary>
    public sealed record Broke(Exception Defect) : ServiceCommand;

    /// <summary>The task of an incarnation has ended, after its <see cref="Ended"/>.</summary>
    public sealed record NothingMore : ServiceCommand
    {
        public static NothingMore Instance { get; } = new();
    }

    /// <summary>The limit of a stop is over and the code still runs.</summary>
    public sealed record Overdue(Incarnation Incarnation) : ServiceCommand;

    /// <summary>Nothing to do: a stop ended within its limit, and <see cref="Ended"/> tells of it.</summary>
    public sealed record StoppedInTime : ServiceCommand
    {
        public static StoppedInTime Instance { get; } = new();
    }

    /// <summary>It comes back together with others, no longer by itself.</summary>
    public sealed record Await(Comeback Comeback) : ServiceCommand;

    /// <summary>Others have failed of the same cause. The round is with whom it comes back; null when it does not.</summary>
    public sealed record Share(SharedCause Cause, CauseRound? Round) : ServiceCommand;

    /// <summary>All of them come back.</summary>
    public sealed record Return(Comeback Comeback) : ServiceCommand;

    /// <summary>A service of its group has failed. The guardian is told when it is down.</summary>
    public sealed record StandDown(Guarding.StandDown Order) : ServiceCommand;

    /// <summary>The delay before a restart is over.</summary>
    public sealed record RestartDue : ServiceCommand
    {
        public static RestartDue Instance { get; } = new();
    }
}
