using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Actors;

/// <summary>The seams and settings of an actor system.</summary>
public sealed class ActorSystemOptions
{
    /// <summary>Seam: time.</summary>
    /// <value>Default <see cref="TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Seam: chance. All jitter and every id come from this seed.</summary>
    /// <value>Null, the default, takes one from the operating system.</value>
    public int? Seed { get; set; }

    /// <summary>Seam: execution.</summary>
    /// <value>
    /// Null, the default, makes threads of the system's own, one for each processor. While handlers block all of them, up to 64 more are made; when those
    /// are blocked too, actors wait, and the log says so. Actors that block for long are better <see cref="ActorDispatcher.Pinned"/>.
    /// </value>
    public Dispatcher? Dispatcher { get; set; }

    /// <summary>Where the log goes. What it throws is told once to the standard error stream, and disturbs no actor. The system does not dispose of it.</summary>
    /// <value>Default: nowhere.</value>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>How long an Ask waits that says nothing else. Key <c>actors.ask-timeout</c>.</summary>
    /// <value>Default 5 s. <see cref="Timeout.InfiniteTimeSpan"/> waits for ever.</value>
    public TimeSpan AskTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a handler may run or await before a warning in the log names it, for actors whose Props say nothing else. Key <c>actors.handler-limit</c>.</summary>
    /// <value>Default 30 s. <see cref="Timeout.InfiniteTimeSpan"/> sets no limit.</value>
    public TimeSpan HandlerLimit { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>What becomes of messages that nobody gets.</summary>
    public DeadLetterOptions DeadLetters { get; } = new();

    /// <summary>How the actors made by <see cref="ActorSystem.ActorOf"/> are supervised.</summary>
    /// <value>Default <see cref="SupervisorStrategy.Default"/>. A failure that it escalates ends the system.</value>
    public SupervisorStrategy UserStrategy { get; set; } = SupervisorStrategy.Default;

    /// <summary>Sees what becomes of every actor.</summary>
    /// <value>Null, the default, is nobody.</value>
    public ActorObserver? Observer { get; set; }

    /// <summary>Throws when a value makes no sense. Called when a system is made.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The message names the property and its value.</exception>
    public void Validate()
    {
        if (AskTimeout != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(AskTimeout, TimeSpan.Zero);
        }

        if (HandlerLimit != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(HandlerLimit, TimeSpan.Zero);
        }

        DeadLetters.Validate();
    }
}
