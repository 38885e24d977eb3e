using System.Globalization;

namespace Actors.TestKit;

/// <summary>What a test expects of a probe, and receives from it.</summary>
public sealed partial class Probe
{
    /// <summary>Waits for the next message, which must be of a type.</summary>
    /// <param name="predicate">A condition that it must satisfy too; null for none.</param>
    /// <param name="within">How far the clock may move; null means what is left of <see cref="WithinAsync"/>, or <see cref="DefaultWithin"/>.</param>
    /// <returns>The message.</returns>
    /// <exception cref="ExpectationException">None came in time, or the next was another. The message says which, and gives the seed.</exception>
    public async Task<T> ExpectAsync<T>(Predicate<T>? predicate = null, TimeSpan? within = null)
    {
        var wanted = typeof(T).Name + (predicate is null ? "" : " that satisfies the condition");
        var next = await NextAsync(wanted, within);
        return next.Message is T typed && (predicate is null || predicate(typed))
            ? typed
            : throw Failure($"expected {wanted}, but got {next}");
    }

    /// <summary>Waits for the next message, which must equal another.</summary>
    /// <inheritdoc cref="ExpectAsync{T}(Predicate{T}?, TimeSpan?)"/>
    public async Task ExpectAsync(object message, TimeSpan? within = null)
    {
        var next = await NextAsync($"'{message}'", within);
        if (!Equals(next.Message, message))
        {
            throw Failure($"expected '{message}', but got {next}");
        }
    }

    /// <summary>Waits for the next message, which must be of a type and from a certain sender.</summary>
    /// <inheritdoc cref="ExpectAsync{T}(Predicate{T}?, TimeSpan?)"/>
    public async Task<T> ExpectFromAsync<T>(IActorRef sender, Predicate<T>? predicate = null, TimeSpan? within = null)
    {
        ArgumentNullException.ThrowIfNull(sender);
        var message = await ExpectAsync(predicate, within);
        return ReferenceEquals(LastSender, sender) ? message : throw Failure($"expected {typeof(T).Name} from {sender.Path.Local}, but got {_last}");
    }

    /// <summary>Waits for the next message, which must equal one of these.</summary>
    /// <returns>The one that came.</returns>
    public async Task<object> ExpectAnyAsync(params object[] messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var next = await NextAsync($"one of {Join(messages)}", null);
        return messages.Contains(next.Message) ? next.Message : throw Failure($"expected one of {Join(messages)}, but got {next}");
    }

    /// <summary>Expects these messages, in this order.</summary>
    public async Task ExpectInOrderAsync(params object[] messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        foreach (var message in messages)
        {
            await ExpectAsync(message);
        }
    }

    /// <summary>Expects these messages, in any order.</summary>
    public async Task ExpectAllAsync(params object[] messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var missing = messages.ToList();
        while (missing.Count > 0)
        {
            var next = await NextAsync($"one of {Join(missing)}", null);
            if (!missing.Remove(next.Message))
            {
                throw Failure($"expected one of {Join(missing)}, but got {next}");
            }
        }
    }

    /// <summary>Expects that nothing comes, and nothing waits.</summary>
    /// <param name="within">How far the clock moves; null lets all work run out and does not move it.</param>
    /// <exception cref="ExpectationException">Something came.</exception>
    public async Task ExpectNoneAsync(TimeSpan? within = null)
    {
        if (await _system.Time.WaitAsync(() => Count > 0, within ?? TimeSpan.Zero))
        {
            throw Failure($"expected nothing, but got {Take()}");
        }
    }

    /// <summary>Waits for the news that an actor which the probe watches has ended. It must be the next message.</summary>
    /// <inheritdoc cref="ExpectAsync{T}(Predicate{T}?, TimeSpan?)"/>
    public Task<Terminated> ExpectTerminatedAsync(IActorRef actor, TimeSpan? within = null) =>
        ExpectAsync<Terminated>(terminated => ReferenceEquals(terminated.Actor, actor), within);

    /// <summary>Waits for a message of a type and throws away what comes before it.</summary>
    /// <inheritdoc cref="ExpectAsync{T}(Predicate{T}?, TimeSpan?)"/>
    public async Task<T> FishAsync<T>(Predicate<T>? predicate = null, TimeSpan? within = null)
    {
        var limit = Limit(within);
        var skipped = 0;
        Received? caught = null;
        var isCaught = await _system.Time.WaitAsync(
            () =>
            {
                while (caught is null && TryTake() is { } next)
                {
                    if (next.Message is T typed && (predicate is null || predicate(typed)))
                    {
                        caught = next;
                    }
                    else
                    {
                        skipped++;
                    }
                }

                return caught is not null;
            },
            limit);
        return isCaught
            ? (T)caught!.Message // Caught is set when the condition holds.
            : throw Failure(string.Create(
                CultureInfo.InvariantCulture,
                $"fished for {typeof(T).Name} within {TestSystem.Describe(limit)}, but only {skipped} other messages came"));
    }

    /// <summary>Waits for the next message and leaves it in line.</summary>
    /// <inheritdoc cref="ExpectAsync{T}(Predicate{T}?, TimeSpan?)"/>
    public async Task<object> PeekAsync(TimeSpan? within = null)
    {
        var limit = Limit(within);
        if (await _system.Time.WaitAsync(() => Count > 0, limit) && TryPeek() is { } next)
        {
            return next.Message;
        }

        throw Failure($"expected a message within {TestSystem.Describe(limit)}, but nothing came");
    }

    /// <summary>Waits for the next message.</summary>
    /// <param name="within">How far the clock may move; null means what is left of <see cref="WithinAsync"/>, or <see cref="DefaultWithin"/>.</param>
    /// <returns>The message, or null when none came in time.</returns>
    public async Task<object?> TryReceiveAsync(TimeSpan? within = null) =>
        await _system.Time.WaitAsync(() => Count > 0, Limit(within)) ? TryTake()?.Message : null;

    /// <summary>Waits for the next messages, whatever they are.</summary>
    /// <param name="count">How many.</param>
    /// <param name="within">How far the clock may move for all of them; null means what is left of <see cref="WithinAsync"/>, or <see cref="DefaultWithin"/>.</param>
    /// <exception cref="ExpectationException">Fewer came in time.</exception>
    public async Task<IReadOnlyList<object>> ReceiveAsync(int count, TimeSpan? within = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var limit = Limit(within);
        if (!await _system.Time.WaitAsync(() => Count >= count, limit))
        {
            throw Failure(string.Create(
                CultureInfo.InvariantCulture, $"expected {count} messages within {TestSystem.Describe(limit)}, but {Count} came"));
        }

        return [.. Enumerable.Range(0, count).Select(_ => Take().Message)];
    }

    /// <summary>Takes messages as long as they are of a type and satisfy a condition. The first that does not stays in line.</summary>
    /// <param name="predicate">The condition; null for none.</param>
    /// <param name="idle">How far the clock may move from one message to the next; null means <paramref name="within"/>.</param>
    /// <param name="within">How far the clock may move in all; null means what is left of <see cref="WithinAsync"/>, or <see cref="DefaultWithin"/>.</param>
    public async Task<IReadOnlyList<T>> ReceiveWhileAsync<T>(Predicate<T>? predicate = null, TimeSpan? idle = null, TimeSpan? within = null)
    {
        var end = _system.Time.Elapsed + Limit(within);
        var taken = new List<T>();
        while (true)
        {
            var left = end - _system.Time.Elapsed;
            if (!await _system.Time.WaitAsync(() => Count > 0, idle < left ? idle.Value : left)
                || TryPeek()?.Message is not T typed
                || (predicate is not null && !predicate(typed)))
            {
                return taken;
            }

            TryTake();
            taken.Add(typed);
        }
    }

    /// <summary>Lets all work run out and takes everything that has come.</summary>
    public async Task<IReadOnlyList<object>> ReceiveAllAsync()
    {
        await _system.DrainAsync();
        lock (_lock)
        {
            object[] all = [.. _waiting.Select(received => received.Message)];
            _waiting.Clear();
            return all;
        }
    }

    /// <summary>Demands that a part of the test ends within a time, and has its waits share that time.</summary>
    /// <param name="atMost">The longest virtual time that it may take.</param>
    /// <param name="body">The part. It may hold further such parts, which then have no more than what is left.</param>
    /// <param name="atLeast">The shortest virtual time that it may take; null for any.</param>
    /// <exception cref="ExpectationException">It took longer, or not as long.</exception>
    public async Task WithinAsync(TimeSpan atMost, Func<Task> body, TimeSpan? atLeast = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentOutOfRangeException.ThrowIfLessThan(atMost, TimeSpan.Zero);
        var outer = _deadline;
        var began = _system.Time.Elapsed;
        _deadline = outer < began + atMost ? outer : began + atMost;
        try
        {
            await body();
        }
        finally
        {
            _deadline = outer;
        }

        var took = _system.Time.Elapsed - began;
        if (took > atMost)
        {
            throw Failure($"expected something to take at most {TestSystem.Describe(atMost)}, but it took {TestSystem.Describe(took)}");
        }

        if (took < atLeast)
        {
            throw Failure($"expected something to take at least {TestSystem.Describe(atLeast.Value)}, but it took {TestSystem.Describe(took)}");
        }
    }

    private TimeSpan Limit(TimeSpan? within)
    {
        if (within is not null || _deadline is not { } deadline)
        {
            return within ?? DefaultWithin;
        }

        var left = deadline - _system.Time.Elapsed;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private async Task<Received> NextAsync(string wanted, TimeSpan? within)
    {
        var limit = Limit(within);
        return await _system.Time.WaitAsync(() => Count > 0, limit)
            ? Take()
            : throw Failure($"expected {wanted} within {TestSystem.Describe(limit)}, but nothing came");
    }

    private Received Take() => TryTake() ?? throw Failure("expected a message, but another test task took it");

    private Received? TryTake()
    {
        lock (_lock)
        {
            if (_waiting.Count == 0)
            {
                return null;
            }

            _last = _waiting[0];
            _waiting.RemoveAt(0);
            return _last;
        }
    }

    private Received? TryPeek()
    {
        lock (_lock)
        {
            return _waiting.Count == 0 ? null : _waiting[0];
        }
    }

    private static string Join(IEnumerable<object> messages) => string.Join(", ", messages.Select(message => $"'{message}'"));

    private ExpectationException Failure(string what)
    {
        string rest;
        lock (_lock)
        {
            rest = _waiting.Count == 0
                ? ""
                : $" Next in line: {string.Join("; ", _waiting.Take(ShownInFailures))}{(_waiting.Count > ShownInFailures ? " …" : "")}.";
        }

        return _system.Failure($"Probe '{Ref.Path.Name}' {what}.{rest}");
    }
}
