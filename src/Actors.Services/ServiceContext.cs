using Actors.Services.Processes;
using Actors.Services.Running;
using Microsoft.Extensions.Logging;

namespace Actors.Services;

/// <summary>What the code of a service may use of its surroundings. One for each incarnation; thread-safe.</summary>
public sealed class ServiceContext
{
    private readonly Incarnation _incarnation;
    private ILogger? _logger;
    private volatile string? _report;
    private volatile bool _isReady;

    internal ServiceContext(Incarnation incarnation) => _incarnation = incarnation;

    /// <summary>The name of the service.</summary>
    public string Name => _incarnation.Name;

    /// <summary>Which restart this incarnation is: 0 after a Start, 1 for the first restart after a failure, and so on until failures are forgiven.</summary>
    public int Restart => _incarnation.Restart;

    /// <summary>A logger with the category <c>Actors.Services.</c> and the name.</summary>
    public ILogger Logger => _logger ??= System.LoggerFactory.CreateLogger(ServiceSite.LogCategory + "." + Name);

    /// <summary>The actor system, for its actors and its event stream.</summary>
    public ActorSystem System => _incarnation.Site.System;

    /// <summary>The system's clock. Code that uses no other can be tested in virtual time.</summary>
    public TimeProvider TimeProvider => System.TimeProvider;

    /// <summary>A scope of the container of this incarnation's own, made when it is first used and disposed of after the on-stop hooks.</summary>
    /// <exception cref="InvalidOperationException">The services were started without a container.</exception>
    public IServiceProvider Services => _incarnation.Services;

    /// <summary>Cancelled as soon as the service is told to stop. A tick that is running learns of it here first: its own token is cancelled later.</summary>
    public CancellationToken Stopping => _incarnation.Stopping;

    /// <summary>How long a stop may take; see <see cref="ServiceOptions.StopTimeout"/>.</summary>
    public TimeSpan StopTimeout => _incarnation.Options.StopTimeout;

    /// <summary>Where the lines of a program go; null when the service is none.</summary>
    internal OutputRing? Output => _incarnation.Output;

    internal bool IsReady => _isReady;

    /// <summary>The options as they are now.</summary>
    internal ServiceOptions Options => _incarnation.Options;

    internal string? LastReport => _report;

    /// <summary>Says that the service is ready to work for others. Matters only with <see cref="ServiceOptions.AwaitsReady"/>.</summary>
    public void Ready()
    {
        if (!_isReady)
        {
            _isReady = true;
            _incarnation.TellReady();
        }
    }

    /// <summary>Says that the code is alive. With <see cref="ServiceOptions.Watchdog"/>, a service that does not say so in time is restarted. Cheap: call it as often as you like.</summary>
    public void Heartbeat() => _incarnation.Beat();

    /// <summary>Says in a few words what the service is doing, for its status. Forgotten with the incarnation.</summary>
    /// <param name="text">The words; null takes them back.</param>
    public void Report(string? text) => _report = text;

    /// <summary>Has something done when this incarnation ends by a stop or by completion, after its code has ended; last registered first.</summary>
    /// <remarks>
    /// Not done when it ends by a failure: what must always be done belongs in a <c>finally</c> block. What a hook throws is logged and noted as an
    /// incident, and the next hook is run.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The incarnation has ended.</exception>
    public void OnStop(Action hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        _incarnation.AddHook(_ =>
        {
            hook();
            return Task.CompletedTask;
        });
    }

    /// <summary>As <see cref="OnStop(Action)"/>, for code that awaits.</summary>
    public void OnStop(Func<Task> hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        _incarnation.AddHook(_ => hook());
    }

    /// <summary>As <see cref="OnStop(Action)"/>, for code that awaits; its token is cancelled when the stop has taken <see cref="ServiceOptions.StopTimeout"/>.</summary>
    public void OnStop(Func<CancellationToken, Task> hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        _incarnation.AddHook(hook);
    }

    /// <summary>Waits, on the system's clock. Ends early, cancelled, when the token of the service or tick is.</summary>
    /// <remarks>It takes no token, because it always has the right one; for another, use <c>Task.Delay(delay, context.TimeProvider, token)</c>.</remarks>
    /// <param name="delay">How long; <see cref="Timeout.InfiniteTimeSpan"/> until the stop.</param>
    /// <exception cref="OperationCanceledException">The service was told to stop.</exception>
    public Task DelayAsync(TimeSpan delay) => Task.Delay(delay, TimeProvider, _incarnation.Token);

    /// <summary>Has an instance disposed of with the incarnation.</summary>
    internal void Own(object instance) => _incarnation.Own(instance);

    /// <summary>Tells of a tick that threw without making its service fail.</summary>
    internal void TickFailed(Exception cause, TimeSpan next) => _incarnation.TickFailed(cause, next);
}
