using Actors.Services.Guarding;
using Actors.Services.Processes;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Services.Running;

/// <summary>One run of the code of a service, from the making of its instance to the end of its last on-stop hook.</summary>
/// <remarks>
/// Owned by its <see cref="ServiceActor"/>, which reads the outcome only after <see cref="RunAsync"/> has ended. Everything of the user's is called
/// under the dispatcher's task context, never on the actor's turn, cancellation callbacks included.
/// </remarks>
internal sealed class Incarnation
{
    /// <summary>How much longer than its limit a body may take whose token was cancelled only at the limit.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    // Its private use as a lock saves one object for each service.
    private readonly CancellationTokenSource _stopping = new();
    private readonly ServiceEntry _entry;
    private readonly CancellationTokenSource _cutOff;
    private CleanUp? _cleanUp;
    private TaskCompletionSource? _ended;
    private Task<bool>? _stop;
    private volatile bool _isStopRequested;
    private volatile bool _isHung;
    private long _beat;
    private bool _isAbandoned;
    private bool _isClosed;
    private bool _isEnded;

    public Incarnation(ServiceEntry entry, int restart)
    {
        _entry = entry;
        Restart = restart;
        _cutOff = entry.Definition.StopsGently ? new CancellationTokenSource() : _stopping;
        Context = new ServiceContext(this);
    }

    public ServiceSite Site => _entry.Site;

    public ServiceContext Context { get; }

    public int Restart { get; }

    public string Name => _entry.Name;

    /// <summary>What waits for the actor, when the service is one. Set by the owner before the code runs.</summary>
    public IService? Actor { get; set; }

    /// <summary>The options as they are now.</summary>
    public ServiceOptions Options => _entry.Options;

    public OutputRing? Output => _entry.Output;

    /// <summary>Cancelled when a stop is asked for.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>The token of the body: the same for a service, cancelled at the limit for a tick.</summary>
    public CancellationToken Token => _cutOff.Token;

    /// <summary>What ended the body, unless it returned or the stop explains it. Read after the end.</summary>
    public Exception? Cause { get; private set; }

    /// <summary>Hooks and disposals that threw. Read after the end.</summary>
    public IReadOnlyList<(string What, Exception Cause)> Faults => _cleanUp?.Faults ?? [];

    public IServiceProvider Services
    {
        get
        {
            lock (_stopping)
            {
                if (Site.Container is null)
                {
                    throw new InvalidOperationException(
                        $"Service '{Name}' asks for the container, but the services were started without one. Pass it to StartServices.");
                }

                ObjectDisposedException.ThrowIf(_isClosed, typeof(ServiceContext));
                return (CleanUp.Scope ??= Site.Container.CreateAsyncScope()).ServiceProvider;
            }
        }
    }

    /// <summary>Made when there is something to clean up: most incarnations have nothing.</summary>
    private CleanUp CleanUp => _cleanUp ??= new CleanUp();

    /// <summary>Makes the instance, runs it, and cleans up. Never throws.</summary>
    public async Task RunAsync()
    {
        try
        {
            var body = Actor ?? _entry.Definition.Create(Context);
            _entry.Actor.Tell(new ServiceCommand.Began(this));
            await (body.RunAsync(Context, Token) ?? throw new InvalidOperationException(
                $"{body.GetType().Name}.RunAsync of service '{Name}' returned null. It must return a task."));
        }
        catch (Exception thrown)
        {
            // Being cancelled is what a stop asks for; anything else that the body throws then is worth knowing.
            Cause = (_isStopRequested || _isHung) && thrown is OperationCanceledException ? null : thrown;
        }

        var isCompleted = Cause is null && !_isHung && _entry.Options.RestartType != RestartType.Permanent;
        if (_isStopRequested || isCompleted)
        {
            await RunHooksAsync();
        }

        if (CloseCleanUp() is { } cleanUp)
        {
            await cleanUp.DisposeAsync();
        }

        MarkEnded();
        _entry.Actor.Tell(new ServiceCommand.Ended(this, null));
    }

    public void AddHook(Func<CancellationToken, Task> hook)
    {
        lock (_stopping)
        {
            if (_isClosed)
            {
                throw new InvalidOperationException(
                    $"Service '{Name}' registers an on-stop hook after this incarnation has ended. Register it before RunAsync returns.");
            }

            CleanUp.Hooks.Push(hook);
        }
    }

    /// <summary>What the owner is told of the end of <see cref="RunAsync"/>, which has told the rest: one for all, because a hundred thousand would each have their own.</summary>
    public static Func<Exception?, object> OnRun { get; } =
        static defect => defect is null ? ServiceCommand.NothingMore.Instance : new ServiceCommand.Broke(defect);

    public void Own(object instance)
    {
        lock (_stopping)
        {
            CleanUp.Owned = instance;
        }
    }

    public void TickFailed(Exception cause, TimeSpan next) => _entry.Actor.Tell(new ServiceCommand.TickFailed(this, cause, next));

    /// <summary>Tells those who wait for this service.</summary>
    public void TellReady()
    {
        if (_entry.Dependents.Count > 0)
        {
            _entry.Actor.Tell(new ServiceCommand.BecameReady(this));
        }
    }

    /// <summary>When the body last said that it is alive, as a timestamp of the clock.</summary>
    public long LastBeat => Volatile.Read(ref _beat);

    public void Beat() => Volatile.Write(ref _beat, Site.System.TimeProvider.GetTimestamp());

    /// <summary>From now on, the end of the body is that of a failure which is known already: no hooks, and what it throws tells nothing new.</summary>
    public void RequestEnd() => _isHung = true;

    /// <summary>From now on, the end of the body is a stop. On the actor's turn, before <see cref="StopAsync"/>.</summary>
    public void RequestStop() => _isStopRequested = true;

    /// <summary>Has the body end within its limit. When called again, the limit goes on, it does not begin anew.</summary>
    /// <returns>False when it did not, and is abandoned.</returns>
    public Task<bool> StopAsync()
    {
        lock (_stopping)
        {
            return _stop ??= StopOnceAsync();
        }
    }

    private async Task<bool> StopOnceAsync()
    {
        Post(_stopping);
        if (await HasEndedAsync(_entry.Options.StopTimeout))
        {
            return true;
        }

        Post(_cutOff);
        lock (_stopping)
        {
            Post(CleanUp.HooksCutOff);
        }

        if (await HasEndedAsync(Grace))
        {
            return true;
        }

        lock (_stopping)
        {
            _isAbandoned = !_isEnded;
            return _isEnded;
        }
    }

    private async Task RunHooksAsync()
    {
        while (TakeHook(out var cutOff) is { } hook)
        {
            try
            {
                await (hook(cutOff) ?? Task.CompletedTask);
            }
            catch (Exception thrown)
            {
                CleanUp.Faults.Add(("on-stop hook", thrown));
            }
        }
    }

    /// <summary>The hooks of an abandoned body are not run: a newer incarnation may be using what they would clean up.</summary>
    private Func<CancellationToken, Task>? TakeHook(out CancellationToken cutOff)
    {
        lock (_stopping)
        {
            if (!_isAbandoned && _cleanUp?.Hooks.TryPop(out var hook) == true)
            {
                cutOff = _cleanUp.HooksCutOff.Token;
                return hook;
            }

            _isClosed = true;
            cutOff = default;
            return null;
        }
    }

    private CleanUp? CloseCleanUp()
    {
        lock (_stopping)
        {
            _isClosed = true;
            return _cleanUp;
        }
    }

    private void MarkEnded()
    {
        TaskCompletionSource? ended;
        lock (_stopping)
        {
            _isEnded = true;
            ended = _ended;
        }

        ended?.TrySetResult();
    }

    private async Task<bool> HasEndedAsync(TimeSpan limit)
    {
        Task ended;
        lock (_stopping)
        {
            if (_isEnded)
            {
                return true;
            }

            // Without RunContinuationsAsynchronously, which would leave the dispatcher's seam; what continues is our own code only.
            ended = (_ended ??= new TaskCompletionSource()).Task;
        }

        await ended.WaitAsync(limit, Site.System.TimeProvider)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        return ended.IsCompleted;
    }

    /// <summary>Cancels beside everything else: the callbacks are the user's and may block.</summary>
    private void Post(CancellationTokenSource source) =>
        Site.System.Dispatcher.Post(static state => ((Cancellation)state!).Run(), new Cancellation(this, source)); // It is what we pass.

    private sealed class Cancellation(Incarnation incarnation, CancellationTokenSource source)
    {
        public void Run()
        {
            try
            {
                source.Cancel();
            }
            catch (AggregateException thrown)
            {
                Log.CancellationCallbackFailed(incarnation.Site.Logger, incarnation.Name, thrown.InnerException?.Message ?? thrown.Message, thrown);
            }
        }
    }
}
