using System.Collections.Concurrent;
using Actors.Jobs.Queues;
using Actors.Jobs.Searching;
using Actors.Jobs.Tests.Faults;
using Actors.Jobs.Types;
using Actors.Persistence;
using Actors.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Jobs.Tests.Crashes;

/// <summary>A queue in a simulation that is dropped at any step and begun anew on the same stores, while a model keeps account of what must be true.</summary>
internal sealed class CrashingQueue
{
    private const int MaxAttempts = 3;
    private const string Name = "crash";

    private readonly int _seed;
    private readonly Random _random;
    private readonly JournalOracle _oracle;
    private readonly InMemoryHistory _stored = new();
    private readonly Dictionary<JobId, ModelJob> _jobs = [];
    private readonly List<(ModelJob[] Jobs, Task<QueueMessage.Enqueued> Answer)> _asked = [];
    private readonly List<(ModelJob Job, Task<QueueMessage.JobFound> Answer)> _cancelled = [];
    private readonly ConcurrentDictionary<JobId, int> _runs = new();
    private readonly InMemoryBegunAttempts _begunAttempts = new();
    private readonly List<ModelJob> _inFlight = [];
    private readonly QueueOptions _options;
    private readonly bool _hasPriorities;
    private readonly Random _keys;
    private readonly bool _hasUnique;
    private readonly Random _family;
    private readonly int _childOf;
    private readonly List<ModelBatch> _batches = [];
    private readonly Dictionary<string, List<TimeSpan>> _begins = [];
    private DateTimeOffset _now = VirtualTime.DefaultStart;
    private Task? _pausing;
    private Dictionary<JobId, int>? _grantsWhenPaused;
    private int _incarnations;
    private Exception? _violation;
    private SimulationDispatcher _simulation = null!; // Made by Start, as are those below.
    private VirtualTime _time = null!;
    private ActorSystem _system = null!;
    private SimulatedJournal _journal = null!;
    private FaultyHistory _history = null!;
    private IActorRef _queue = null!;
    private IBegunTable _begun = null!;

    public CrashingQueue(int seed)
    {
        _seed = seed;
        _random = new Random(seed);
        _hasPriorities = _random.Next(2) == 0;
        _oracle = new JournalOracle($"[seed {seed}]", new Random(seed));
        _keys = new Random(~seed);
        _hasUnique = _keys.Next(2) == 0;
        _family = new Random(seed ^ 0x5eed);
        _childOf = _family.Next(4);
        _options = new QueueOptions
        {
            Limits = new LimitOptions
            {
                Concurrency = _keys.Next(3) == 0 ? _keys.Next(1, 6) : RestartOptions.Unlimited,
                ConcurrencyPerKey = _keys.Next(3) == 0 ? _keys.Next(1, 4) : RestartOptions.Unlimited,
                Rate = _keys.Next(4) == 0 ? new RateLimit(_keys.Next(5, 30), TimeSpan.FromMilliseconds(100)) { Burst = _keys.Next(1, 40) } : null,
                RatePerKey = _keys.Next(4) == 0 ? new RateLimit(_keys.Next(1, 5), TimeSpan.FromMilliseconds(_keys.Next(3, 30))) { Burst = _keys.Next(1, 8) } : null,
            },
            Workers = _random.Next(1, 5),
            Prefetch = _random.Next(0, 8),
            CacheBytes = _random.Next(3) switch { 0 => 0, 1 => 300, _ => 1_000_000 },
            TrimBytes = _random.Next(4) == 0 ? 1_000_000 : 200,
            ForwardBytes = _random.Next(3) switch { 0 => 1_000_000, 1 => 0, _ => 20_000 },
            HistoryBatch = _random.Next(2) == 0 ? 3 : 1000,
            Timeout = _random.Next(2) == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(120),
            StopTimeout = TimeSpan.FromMilliseconds(_random.Next(0, 60)),
            QuarantineAfter = _random.Next(1, 4),
            Retry = new RetryOptions
            {
                MaxAttempts = MaxAttempts,
                Backoff = new BackoffOptions { Min = TimeSpan.FromMilliseconds(20) },
                Budget = new Random(seed ^ 0xb0d6e7).Next(2) == 0 ? new RetryBudgetOptions { Share = 0.1, Minimum = 5, Window = TimeSpan.FromSeconds(1) } : new RetryBudgetOptions(),
            },
        };
    }

    /// <summary>How many jobs were written forward.</summary>
    public int Forwarded => _oracle.Forwarded;

    public void RunToTheEnd()
    {
        _oracle.QuarantineAfter = _options.QuarantineAfter;
        _oracle.Limits = _options.Limits;
        for (var crashes = _random.Next(2, 6); crashes > 0; crashes--)
        {
            Start();
            for (var steps = _random.Next(5, 50); steps > 0; steps--)
            {
                Act();
            }

            Drop();
        }

        Start();
        Tell(new QueueMessage.StartConsuming());
        Resume();
        for (var i = 0; i < 100 && _batches.Exists(batch => !batch.IsComplete(_oracle)); i++)
        {
            _batches.ForEach(Send);
            Advance(TimeSpan.FromMilliseconds(50));
        }

        for (var i = 0; i < 300 && LiveJobs() > 0; i++)
        {
            foreach (var (id, _) in _oracle.Jobs.Where(job => job.Value.State == JobState.Quarantined))
            {
                Tell(new QueueMessage.RetryJob(id));
            }

            Advance(TimeSpan.FromMilliseconds(200));
        }

        CheckEnd();
    }

    /// <summary>A process begins.</summary>
    private void Start()
    {
        _incarnations++;
        _inFlight.Clear();
        _begins.Clear();
        _simulation = new SimulationDispatcher((_seed * 100) + _incarnations);
        _time = new VirtualTime(_now, _seed);
        _system = ActorSystem.Create(Name, new ActorSystemOptions { TimeProvider = _time, Dispatcher = _simulation, Seed = _simulation.Seed });
        _time.Attach(_simulation);
        _journal = new SimulatedJournal(_system, _oracle)
        {
            Latency = _random.Next(2) == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(_random.Next(1, 10)),
        };
        _history = new FaultyHistory(_system, _stored);
        var journal = _system.SystemActorOf(JournalActor.Props(_journal), "journal");
        var services = new ServiceCollection().AddSingleton(new PlanRunner(_runs, OnBegin, OnEnd, _time)).BuildServiceProvider();
        var handler = JobHandler.Create(typeof(PlanHandler), new JobTypes(JobTypes.DefaultJson), new QueueDefinition(Name, _options, []));
        var handlers = new Dictionary<string, JobHandler> { [handler.Type.Name] = handler };
        _begun = _begunAttempts.Open(Name, _options.Workers);
        var setup = new QueueSetup(Name, _options, handlers, _history, services, _begun, TimeSpan.FromSeconds(5));
        _oracle.Die(_begun.Left.ShouldNotBeNull());
        string[] awaited = _begun.Left is not { Count: 0 } ? [Name] : [];
        var parent = _system.ActorOf(Props.Create(() => new QueuesActor(awaited)), "queues");
        var starting = parent.AskAsync(new QueuesActor.Start(Name, Props.Create(() => new QueueActor(setup, _journal, journal))));
        while (!starting.IsCompleted)
        {
            _simulation.RunStep().ShouldBeTrue(Seed);
        }

        _queue = starting.Result.Actor;
    }

    /// <summary>The process is gone: nothing of it is ever run again. What it had answered, it has answered.</summary>
    private void Drop()
    {
        NoteAnswers();
        _asked.Clear();
        _batches.ForEach(static batch => batch.Begin = null);
        _cancelled.Clear();
        _pausing = null;
        _now = _time.GetUtcNow() + TimeSpan.FromMilliseconds(_random.Next(-200, 500)); // The clock of the next process may be behind.
    }

    /// <summary>Cancels some of the jobs together, or retries some or all.</summary>
    private void ChangeMany()
    {
        var kind = _random.Next(2) == 0 ? BulkKind.Cancel : BulkKind.Retry;
        var ids = _jobs.Keys.Where(_ => _random.Next(4) == 0).ToList();
        foreach (var id in ids.Where(_ => kind == BulkKind.Cancel))
        {
            _jobs[id].IsCancelAsked = true;
        }

        var query = new JobQuery(new JobFilter { States = [JobState.Scheduled, JobState.Waiting, JobState.Running, JobState.Retrying] }, [], []);
        _ = _queue.AskAsync(
            new QueueMessage.ChangeJobs(query, kind, "planned", 0, long.MaxValue, 1_000) { Ids = kind == BulkKind.Retry && _random.Next(2) == 0 ? null : ids }, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Somebody changes the limits, to stricter ones, or lets them be as they were.</summary>
    private void ChangeLimits() => Tell(_random.Next(4) == 0
        ? new QueueMessage.ResetQueue()
        : new QueueMessage.OverrideQueue(
            new QueueChange
            {
                Workers = _random.Next(1, _options.Workers + 1),
                Concurrency = Math.Min(_options.Limits.Concurrency, _random.Next(1, 8)),
            },
            "planned",
            "planned"));

    private void Act()
    {
        if (_childOf > 1 && _family.Next(24) == 0)
        {
            ActOnBatch();
        }

        switch (_random.Next(25))
        {
            case 20 or 21 when _jobs.Count > 0:
                var cancelled = _jobs.Values.ElementAt(_random.Next(_jobs.Count));
                cancelled.IsCancelAsked = true;
                _cancelled.Add((cancelled, _queue.AskAsync(new QueueMessage.CancelJob(cancelled.Id, "planned"), Timeout.InfiniteTimeSpan)));
                break;
            case 22 when _jobs.Count > 0 && _random.Next(2) == 0:
                ChangeMany();
                break;
            case 22 when _jobs.Count > 0:
                _ = _queue.AskAsync(new QueueMessage.RetryJob(_jobs.Keys.ElementAt(_random.Next(_jobs.Count))), Timeout.InfiniteTimeSpan);
                break;
            case 23:
                _pausing = _queue.AskAsync(new QueueMessage.PauseQueue("planned"), Timeout.InfiniteTimeSpan);
                break;
            case 24 when _random.Next(3) == 0:
                ChangeLimits();
                break;
            case 24:
                Resume();
                break;
            case < 6:
                Enqueue();
                break;
            case < 12:
                for (var steps = _random.Next(1, 80); steps > 0 && _simulation.RunStep(); steps--)
                {
                }

                break;
            case < 15:
                Advance(TimeSpan.FromMilliseconds(_random.Next(1, 120)));
                break;
            case 15 or 16:
                Tell(new QueueMessage.StartConsuming());
                break;
            case 17:
                Tell(new QueueMessage.StopConsuming());
                break;
            case 18:
                var share = _random.Next(3) == 0 ? 0 : _random.Next(1, 100);
                var faults = new Random(_random.Next());
                _journal.OnAppend = _ => faults.Next(100) < share ? (AppendFault)faults.Next(1, 4) : AppendFault.None;
                break;
            case 19 when _random.Next(2) == 0:
                _history.Fault = _history.Fault is null ? new JournalUnavailableException("planned") : null;
                break;
            case 19 when _random.Next(3) == 0:
                Tell(new QueueMessage.Enqueue(null!, default)); // A defect: its supervisor restarts it.
                break;
            case 19 when _random.Next(6) == 0:
                _ = _oracle.OpenAsync("queue/" + Name, Guid.NewGuid(), 1, default); // Another owner: this one must step down.
                break;
        }

        NoteAnswers();
    }

    /// <summary>From here on jobs may begin again.</summary>
    private void Resume()
    {
        _pausing = null;
        _grantsWhenPaused = null;
        Tell(new QueueMessage.ResumeQueue());
    }

    private void Enqueue()
    {
        var jobs = new ModelJob[_random.Next(5) == 0 ? _random.Next(1, 40) : 1];
        for (var i = 0; i < jobs.Length; i++)
        {
            // Some are enqueued twice: their id is taken once.
            var known = _jobs.Values.Where(job => !job.IsRefused && !job.IsMember && !_oracle.Jobs.ContainsKey(job.Id)).ToList();
            jobs[i] = known.Count > 0 && _random.Next(8) == 0 ? known[_random.Next(known.Count)] : NewJob(jobs.AsSpan(0, i));
            _jobs[jobs[i].Id] = jobs[i];
        }

        var drafts = jobs.Select(job => new JobDraft(
            job.Id, "plan", 1, JobTypes.DefaultJson.ToBytes(new Plan(job.Text)), Delay(), null,
            _hasPriorities ? (JobPriority)_random.Next(-2, 3) : JobPriority.Normal) { Key = job.Key, Traits = job.Traits }).ToList();
        _asked.Add((jobs, _queue.AskAsync(new QueueMessage.Enqueue(drafts, drafts[0].Id) { HasUnique = jobs.Any(job => job.Traits?.Unique is not null) }, Timeout.InfiniteTimeSpan)));
    }

    /// <summary>Most start at once; some stay for so long that everything that comes after them goes before them.</summary>
    private TimeSpan Delay() =>
        TimeSpan.FromMilliseconds(_random.Next(10) == 0 ? _random.Next(20_000) : Math.Max(0, _random.Next(-300, 200)));

    private void ActOnBatch()
    {
        if (_batches.Count == 0 || _family.Next(4) == 0)
        {
            _batches.Add(new ModelBatch(JobId.Create(_time, _family), [.. Enumerable.Range(0, _family.Next(8)).Select(_ => NewJob([], isMember: true))], NewJob([], isMember: true)));
        }

        Send(_batches[_family.Next(_batches.Count)]);
    }

    /// <summary>As whoever enqueues a batch does, and does again when something was in the way: it begins, then comes what follows it, then its jobs.</summary>
    private void Send(ModelBatch batch)
    {
        if (batch.Begin is not { IsCompletedSuccessfully: true })
        {
            batch.Begin = _queue.AskAsync(new QueueMessage.EnqueueBatch(batch.Id, batch.Members.Length, 0, []), Timeout.InfiniteTimeSpan);
            return;
        }

        batch.Begin.Result.Counts!.Expected.ShouldBe(batch.Members.Length, Seed);
        _oracle.Batches.ShouldContainKey(batch.Id, $"Batch {batch.Id} was acknowledged, but is not durable. {Seed}");
        if (!_oracle.Jobs.ContainsKey(batch.Callback.Id))
        {
            _jobs[batch.Callback.Id] = batch.Callback;
            var traits = new JobTraits { Waits = [new JobWait(batch.Id, Name, batch.Condition, null)] };
            _ = _queue.AskAsync(new QueueMessage.Enqueue([Draft(batch.Callback) with { Traits = traits }], batch.Callback.Id), Timeout.InfiniteTimeSpan);
            return;
        }

        var count = _family.Next(batch.Members.Length + 1);
        var first = _family.Next(count + 1);
        foreach (var member in batch.Members)
        {
            _jobs[member.Id] = member;
        }

        _ = _queue.AskAsync(new QueueMessage.EnqueueBatch(batch.Id, batch.Members.Length, first, [.. batch.Members[first..count].Select(Draft)]), Timeout.InfiniteTimeSpan);
        _ = _queue.AskAsync(new QueueMessage.EnqueueBatch(batch.Id, batch.Members.Length, 0, [.. batch.Members[..count].Select(Draft)]), Timeout.InfiniteTimeSpan);
    }

    private static JobDraft Draft(ModelJob job) => new(job.Id, "plan", 1, JobTypes.DefaultJson.ToBytes(new Plan(job.Text)), default, null);

    /// <param name="together">What is enqueued with it.</param>
    /// <param name="isMember">Of a batch, or what follows it: it has no family of its own.</param>
    private ModelJob NewJob(ReadOnlySpan<ModelJob> together, bool isMember = false)
    {
        if (isMember)
        {
            return new ModelJob(JobId.Create(_time, _family), null, null, "SSSDRC"[_family.Next(_family.Next(2) == 0 ? 4 : 6)] + ":") { IsMember = true };
        }

        // What each run of the job does: the last letter is for all further runs.
        var text = new string([.. Enumerable.Range(0, _random.Next(1, 5)).Select(_ => "SSSDDFRZCLT"[_random.Next(_options.Timeout == Timeout.InfiniteTimeSpan ? 10 : 11)])]);
        text = text[^1] == 'Z' ? text + "S" : text;
        var key = _keys.Next(3) == 0 ? null : $"key {_keys.Next(5)}";
        var traits = _hasUnique && _keys.Next(4) == 0
            ? new JobTraits { Unique = new UniqueClaim((UInt128)_keys.Next(4), UniqueWhile.Unfinished, _keys.Next(2) * 300, (UniqueConflict)_keys.Next(2)) }
            : null;
        if (_childOf > 0 && _family.Next(4) < _childOf)
        {
            var waits = new List<JobWait>();
            for (var parents = _family.Next(1, 4); parents > 0; parents--)
            {
                var parent = together.Length > 0 && _family.Next(3) > 0 ? together[_family.Next(together.Length)].Id
                    : _oracle.Jobs.Count > 0 ? _oracle.Jobs.Keys.ElementAt(_family.Next(_oracle.Jobs.Count))
                    : default;
                if (parent != default && waits.TrueForAll(wait => wait.Parent != parent))
                {
                    waits.Add(new JobWait(parent, Name, (AfterCondition)_family.Next(2), null));
                }
            }

            traits = waits.Count == 0 ? traits : (traits ?? new JobTraits()) with { Waits = waits, AfterDelayMs = _family.Next(4) == 0 ? _family.Next(300) : 0 };
        }

        return new ModelJob(JobId.Create(_time, _random), key, traits, text + ":" + new string('x', _random.Next(10) == 0 ? 5000 : _random.Next(100)));
    }

    private void NoteAnswers()
    {
        if (_pausing is { IsCompletedSuccessfully: true })
        {
            // It outlives the process.
            _grantsWhenPaused ??= _oracle.Jobs.ToDictionary(job => job.Key, job => job.Value.Grants);
        }

        foreach (var (jobs, answer) in _asked.Where(asked => asked.Answer.IsCompleted))
        {
            foreach (var job in jobs)
            {
                if (answer.IsCompletedSuccessfully && answer.Result.Existing?.TryGetValue(job.Id, out var existing) == true)
                {
                    _oracle.Jobs.ShouldContainKey(existing, $"{job} was not enqueued, since there is {existing}, which is not durable. {Seed}");
                    _jobs[existing].Traits!.Unique!.Hash.ShouldBe(job.Traits!.Unique!.Hash, Seed);
                    continue;
                }

                job.IsAcknowledged |= answer.IsCompletedSuccessfully;

                // A job may be in several requests: one that was refused says nothing about the others.
                job.IsRefused = answer.Exception?.InnerException is QueueUnavailableException && !_asked.Exists(
                    other => !ReferenceEquals(other.Answer, answer) && other.Jobs.Contains(job));
                if (job.IsAcknowledged)
                {
                    _oracle.Jobs.ShouldContainKey(job.Id, $"{job} was acknowledged, but is not durable. {Seed}");
                }
            }
        }

        foreach (var (job, answer) in _cancelled.Where(cancelled => cancelled.Answer.IsCompletedSuccessfully))
        {
            if (answer.Result.Status is { } status && (status.IsCancelling || status.State == JobState.Cancelled))
            {
                job.IsToEndCancelled = true;
                _oracle.Jobs[job.Id].IsToEndCancelled.ShouldBeTrue($"{job} was cancelled, but that is not durable. {Seed}");
            }
        }

        _cancelled.RemoveAll(cancelled => cancelled.Answer.IsCompleted);
        _asked.RemoveAll(asked => asked.Answer.IsCompleted);
        _violation ??= _oracle.Violation;
        if (_violation is not null)
        {
            throw new InvalidOperationException(_violation.Message, _violation);
        }
    }

    private void OnBegin(JobContext context, char step)
    {
        try
        {
            CheckBegin(context, step);
        }
        catch (Exception violation)
        {
            _violation ??= violation; // Thrown here, it would only be a failed attempt.
        }
    }

    private void CheckBegin(JobContext context, char step)
    {
        var job = _jobs[context.Id];
        var truth = _oracle.Jobs[context.Id];
        truth.State.ShouldBe(JobState.Running, $"{job} began without a durable grant. {Seed}");
        (++job.Begun).ShouldBeLessThanOrEqualTo(truth.Grants, $"{job} began twice with one grant. {Seed}");
        context.Attempt.ShouldBe(truth.Attempts + 1, $"{job} began with a wrong attempt number. {Seed}");
        if (_grantsWhenPaused is not null)
        {
            truth.Grants.ShouldBe(_grantsWhenPaused.GetValueOrDefault(context.Id), $"{job} was granted in a paused queue. {Seed}");
        }

        _inFlight.Add(job);
        _inFlight.Count.ShouldBeLessThanOrEqualTo(_options.Workers, $"{job} is one too many. {Seed}");
        if (_inFlight.Count > 1)
        {
            _inFlight.ShouldAllBe(other => !_oracle.Jobs[other.Id].IsSuspect, $"{job} began beside a suspect, or is one. {Seed}");
        }

        context.Key.ShouldBe(job.Key, Seed);
        if (job.Traits?.Unique is { } claim)
        {
            // As the journal says: nothing else of its kind runs, or waits for another attempt.
            _jobs.Values.ShouldAllBe(
                other => other == job || other.Traits == null || other.Traits.Unique == null || other.Traits.Unique.Hash != claim.Hash || !_oracle.Jobs.ContainsKey(other.Id)
                    || (_oracle.Jobs[other.Id].State != JobState.Running && _oracle.Jobs[other.Id].State != JobState.Retrying),
                $"{job} began, but is not the only one of its kind. {Seed}");
        }

        truth.Waits.ShouldBeEmpty($"{job} began, but waits yet. {Seed}");
        CheckRate(_options.Limits.Rate, "", job);
        if (job.Key is not null)
        {
            CheckRate(_options.Limits.RatePerKey, job.Key, job);
        }

        job.LastStep = step;
    }

    /// <summary>
    /// In any time t at most as many as the burst and what comes in t begin: the tokens of the last millisecond are not known to a clock of milliseconds. What was granted
    /// in advance may begin late, and that is as many as come in 10 ms.
    /// </summary>
    private void CheckRate(RateLimit? rate, string key, ModelJob job)
    {
        if (rate is null)
        {
            return;
        }

        var begins = _begins.TryGetValue(key, out var known) ? known : _begins[key] = [];
        begins.Add(_time.Elapsed);
        var late = Math.Floor(10 * rate.Permits / rate.Per.TotalMilliseconds);
        for (var i = 0; i < begins.Count; i++)
        {
            var within = (begins[^1] - begins[i]).TotalMilliseconds + 1;
            ((double)begins.Count - i).ShouldBeLessThanOrEqualTo(rate.Burst + late + (within * rate.Permits / rate.Per.TotalMilliseconds), $"{job} began too soon for {rate}. {Seed}");
        }
    }

    private void OnEnd(JobContext context) => _inFlight.Remove(_jobs[context.Id]);

    private long LiveJobs() => _oracle.Jobs.Values.Count(job => job.Finishes == 0)
        + Math.Max(0, _oracle.Jobs.Count - _history.CountAsync(new HistoryFilter(), default).Result);

    private void CheckEnd()
    {
        NoteAnswers();
        foreach (var (id, truth) in _oracle.Jobs)
        {
            var job = _jobs[id];
            var finished = _history.FindAsync(id, default).Result.ShouldNotBeNull($"{job} ({truth.State}) is not in the history. {Seed}");
            truth.Finishes.ShouldBe(1, $"{job} ({truth.State}, {string.Join(",", truth.Waits)}) finished {truth.Finishes} times, {finished}. {Seed}");
            (finished.State, finished.Attempts).ShouldBe((truth.State, truth.Attempts), $"{job} is wrong in the history. {Seed}");
            System.Text.Json.JsonSerializer.Deserialize<Plan>(finished.Args.Span, JobTypes.DefaultJson)!.Steps.ShouldBe(job.Text, Seed);
            finished.Result.ShouldBe(finished.State == JobState.Succeeded && job.LastStep == 'D' ? $"\"{id} {truth.Attempts}\"" : null, $"{job} has another result. {Seed}");
            job.IsToEndCancelled.ShouldBe(job.IsToEndCancelled && finished.State == JobState.Cancelled, $"{job} ended {finished.State}. {Seed}");
            if (truth.IsCancelledForParent)
            {
                (finished.State, job.Begun).ShouldBe((JobState.Cancelled, 0), $"{job} was cancelled for what it waited for, and ended {finished.State}. {Seed}");
                continue;
            }

            if (finished.State == JobState.Cancelled && (job.IsCancelAsked || (job.Traits?.Unique is not null && finished.Error?.Contains("of the same kind", StringComparison.Ordinal) == true)))
            {
                continue;
            }

            finished.State.ShouldBe(
                job.LastStep switch { 'S' or 'D' or 'L' => JobState.Succeeded, 'C' => JobState.Cancelled, 'F' or 'R' or 'T' => JobState.Failed, _ => 0 },
                $"{job} ended with {job.LastStep}. {Seed}");
            if (finished.State == JobState.Failed)
            {
                finished.Attempts.ShouldBe(MaxAttempts, $"{job}. {Seed}");
                finished.Error.ShouldNotBeNull($"{job}. {Seed}");
            }
        }

        foreach (var batch in _batches)
        {
            batch.IsComplete(_oracle).ShouldBeTrue($"Batch {batch.Id} was not completed. {Seed}");
            var haveSucceeded = batch.Members.All(member => _oracle.Jobs[member.Id].State == JobState.Succeeded);
            var callback = _oracle.Jobs[batch.Callback.Id];
            (callback.IsCancelledForParent || batch.Callback.IsCancelAsked || callback.State != JobState.Cancelled || batch.Callback.Text[0] == 'C').ShouldBeTrue(Seed);
            (callback.IsCancelledForParent && (haveSucceeded || batch.Condition == AfterCondition.Finished)).ShouldBeFalse($"What follows {batch.Id} was cancelled, but may run. {Seed}");
        }

        foreach (var job in _jobs.Values)
        {
            job.IsRefused.ShouldBe(job.IsRefused && !_oracle.Jobs.ContainsKey(job.Id), $"{job} was refused, and yet it is there. {Seed}");
        }

        var answer = _queue.AskAsync(new QueueMessage.GetQueue());
        Advance(TimeSpan.FromMilliseconds(1));
        var status = answer.Result;
        (status.Succeeded, status.Failed, status.Cancelled).ShouldBe(
            (Count(JobState.Succeeded), Count(JobState.Failed), Count(JobState.Cancelled)), Seed);
        (status.Running + status.Waiting + status.Scheduled + status.Retrying + status.Parked + status.Quarantined + status.Awaiting + status.Suspects).ShouldBe(0, Seed);
        CheckJournalIsSmall();
    }

    /// <summary>With nothing alive, two more jobs make the journal give up all but its end.</summary>
    private void CheckJournalIsSmall()
    {
        if (_options.TrimBytes > 1000)
        {
            return;
        }

        for (var i = 0; i < 2; i++)
        {
            var draft = new JobDraft(JobId.Create(_time, _random), "plan", 1, JobTypes.DefaultJson.ToBytes(new Plan("S:" + new string('x', 500))), default, null);
            _jobs[draft.Id] = new ModelJob(draft.Id, null, null, "S");
            _ = _queue.AskAsync(new QueueMessage.Enqueue([draft], draft.Id), Timeout.InfiniteTimeSpan);
            Advance(TimeSpan.FromMilliseconds(200));
        }

        _oracle.ReadAsync("queue/" + Name, 0, int.MaxValue, default).Result.Count.ShouldBeLessThan(15, Seed);
    }

    private int Count(JobState state) => _oracle.Jobs.Values.Count(job => job.State == state);

    private string Seed => $"[seed {_seed}, process {_incarnations}, step {_simulation.Steps}, {_time.Elapsed}]";

    private void Tell(object message) => _queue.Tell(message);

    private void Advance(TimeSpan by) => _time.AdvanceAsync(by).GetAwaiter().GetResult();

    private sealed class ModelBatch(JobId id, ModelJob[] members, ModelJob callback)
    {
        public JobId Id { get; } = id;

        public ModelJob[] Members { get; } = members;

        public ModelJob Callback { get; } = callback;

        public AfterCondition Condition { get; } = (AfterCondition)(members.Length % 2);

        public Task<QueueMessage.BatchFound>? Begin { get; set; }

        public bool IsComplete(JournalOracle oracle) => oracle.Jobs.ContainsKey(Callback.Id) && Array.TrueForAll(Members, member => oracle.Jobs.ContainsKey(member.Id));
    }

    private sealed class ModelJob(JobId id, string? key, JobTraits? traits, string text)
    {
        public JobTraits? Traits { get; } = traits;

        public string? Key { get; } = key;

        public JobId Id { get; } = id;

        public string Text { get; } = text;

        /// <summary>Of a batch, or what follows it.</summary>
        public bool IsMember { get; init; }

        public bool IsAcknowledged { get; set; }

        public bool IsRefused { get; set; }

        public bool IsCancelAsked { get; set; }

        public bool IsToEndCancelled { get; set; }

        public int Begun { get; set; }

        public char LastStep { get; set; }

        public override string ToString() => $"Job {Id} '{Text[..Math.Min(8, Text.Length)]}', begun {Begun} times,";
    }
}
