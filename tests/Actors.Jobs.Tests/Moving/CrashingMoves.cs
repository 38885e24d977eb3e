using Actors.Jobs.Queues;
using Actors.Jobs.Searching;
using Actors.Jobs.Tests.Crashes;
using Actors.Jobs.Types;
using Actors.Persistence;
using Actors.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Jobs.Tests.Moving;

/// <summary>
/// Queues in a simulation between which jobs go to and fro, while the process is dropped at any step, owners fail and appends do. Nothing runs before the end: then each job that was
/// acknowledged must run once, wherever it is.
/// </summary>
internal sealed class CrashingMoves(int seed)
{
    private static readonly string[] Names = ["a", "b", "c"];

    private readonly Random _random = new(seed);
    private readonly InMemoryJournal _stored = new();
    private readonly InMemoryHistory _history = new();
    private readonly InMemoryBegunAttempts _begun = new();
    private readonly Dictionary<JobId, Model> _jobs = [];
    private readonly List<(Model[] Jobs, Task<QueueMessage.Enqueued> Answer)> _asked = [];
    private readonly List<(Model Job, Task<QueueMessage.JobFound> Answer)> _cancelling = [];
    private readonly long _forwardBytes = new Random(~seed).Next(3) == 0 ? 0 : 1_000_000;
    private readonly bool _keepsSucceeded = new Random(seed + 1).Next(2) == 0;
    private readonly Dictionary<string, IActorRef> _queues = [];
    private Dictionary<JobId, int> _runs = [];
    private DateTimeOffset _now = VirtualTime.DefaultStart;
    private int _incarnations;
    private SimulationDispatcher _simulation = null!; // Made by Start, as are those below.
    private VirtualTime _time = null!;
    private SimulatedJournal _journal = null!;

    /// <summary>How many moves were answered as done.</summary>
    public int Moved { get; private set; }

    public void RunToTheEnd()
    {
        for (var crashes = _random.Next(2, 7); crashes > 0; crashes--)
        {
            Start();
            for (var steps = _random.Next(5, 60); steps > 0; steps--)
            {
                Act();
            }

            NoteAnswers();
            _asked.Clear();
            _cancelling.Clear();
            _now = _time.GetUtcNow() + TimeSpan.FromMilliseconds(_random.Next(-200, 500));
        }

        Start();
        Advance(TimeSpan.FromMinutes(1));
        foreach (var queue in _queues.Values)
        {
            queue.Tell(new QueueMessage.StartConsuming());
        }

        for (var i = 0; i < 60; i++)
        {
            Advance(TimeSpan.FromSeconds(5));
        }

        CheckEnd();
    }

    private void Start()
    {
        _incarnations++;
        _simulation = new SimulationDispatcher((seed * 100) + _incarnations);
        _time = new VirtualTime(_now, seed);
        var system = ActorSystem.Create("moves", new ActorSystemOptions { TimeProvider = _time, Dispatcher = _simulation, Seed = _simulation.Seed });
        _time.Attach(_simulation);
        _journal = new SimulatedJournal(system, _stored) { Latency = _random.Next(2) == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(_random.Next(1, 10)) };
        var journal = system.SystemActorOf(JournalActor.Props(_journal), "journal");
        var script = new Script(_time) { Body = (context, _) => Count(context) };
        var services = new ServiceCollection().AddSingleton(script).BuildServiceProvider();
        var parent = system.ActorOf(Props.Create(() => new QueuesActor(Array.Empty<string>())), "queues");
        foreach (var name in Names.OrderBy(_ => _random.Next()))
        {
            var options = new QueueOptions { Workers = 2, TrimBytes = 200, ForwardBytes = _forwardBytes, KeepSucceeded = _keepsSucceeded, CacheBytes = _random.Next(2) * 1_000_000 };
            var handler = JobHandler.Create(typeof(WorkHandler), new JobTypes(JobTypes.DefaultJson), new QueueDefinition(name, options, []));
            var setup = new QueueSetup(
                name, options, new Dictionary<string, JobHandler> { [handler.Type.Name] = handler }, _history, services, _begun.Open(name, 2), TimeSpan.FromSeconds(5))
            {
                Queues = Names.ToHashSet(),
            };
            var starting = parent.AskAsync(new QueuesActor.Start(name, Props.Create(() => new QueueActor(setup, _journal, journal))));
            while (!starting.IsCompleted)
            {
                _simulation.RunStep().ShouldBeTrue(Seed);
            }

            _queues[name] = starting.Result.Actor;
        }
    }

    private Task Count(JobContext context)
    {
        lock (_runs)
        {
            _runs[context.Id] = _runs.GetValueOrDefault(context.Id) + 1;
        }

        return Task.CompletedTask;
    }

    private void Act()
    {
        switch (_random.Next(20))
        {
            case < 4:
                Enqueue();
                break;
            case < 9 when _jobs.Count > 0:
                for (var count = _random.Next(1, 6); count > 0; count--)
                {
                    Move(_jobs.Values.ElementAt(_random.Next(_jobs.Count)), Any());
                }

                break;
            case 9:
                MoveMany(Any(), Any());
                break;
            case < 14:
                for (var steps = _random.Next(1, 60); steps > 0 && _simulation.RunStep(); steps--)
                {
                }

                break;
            case < 16:
                Advance(TimeSpan.FromMilliseconds(_random.Next(1, 6_000)));
                break;
            case 16 when _jobs.Count > 0:
                Cancel(_jobs.Values.ElementAt(_random.Next(_jobs.Count)));
                break;
            case 17:
                var share = _random.Next(3) == 0 ? 0 : _random.Next(1, 60);
                var faults = new Random(_random.Next());
                _journal.OnAppend = _ => faults.Next(100) < share ? (AppendFault)faults.Next(1, 4) : AppendFault.None;
                break;
            case 18:
                _queues[Any()].Tell(new QueueMessage.Enqueue(null!, default)); // A defect: its supervisor restarts it.
                break;
            case 19 when _random.Next(3) == 0:
                _queues[Any()].Tell(_random.Next(2) == 0 ? new QueueMessage.DrainQueue("planned") : new QueueMessage.ResumeQueue());
                break;
        }

        NoteAnswers();
    }

    private string Any() => Names[_random.Next(Names.Length)];

    private void Enqueue()
    {
        var queue = Any();
        var jobs = new Model[_random.Next(4) == 0 ? _random.Next(1, 30) : 1];
        var drafts = new List<JobDraft>();
        for (var i = 0; i < jobs.Length; i++)
        {
            var parents = _jobs.Values.Where(job => job is { IsAcknowledged: true, IsCancelAsked: false, Parent: null }).ToList();
            var parent = parents.Count > 0 && _random.Next(3) == 0 ? parents[_random.Next(parents.Count)] : null;
            var job = jobs[i] = new Model(JobId.Create(_time, _random), queue) { Parent = parent };
            _jobs.Add(job.Id, job);
            JobTraits? traits = null;
            if (parent is not null)
            {
                // As it was known when the job was enqueued: the parent may be anywhere by now.
                parent.IsAwaited = true;
                traits = new JobTraits { Waits = [new JobWait(parent.Id, parent.Queue, AfterCondition.Succeeded, null)] };
            }

            drafts.Add(new JobDraft(
                job.Id, "work", 1, JobTypes.DefaultJson.ToBytes(new Work($"{job.Id}")), _random.Next(3) == 0 ? TimeSpan.FromMilliseconds(_random.Next(60_000)) : TimeSpan.Zero, null,
                (JobPriority)_random.Next(-2, 3)) { Key = _random.Next(3) == 0 ? $"key{_random.Next(3)}" : null, Traits = traits });
        }

        _asked.Add((jobs, _queues[queue].AskAsync(new QueueMessage.Enqueue(drafts, drafts[0].Id), Timeout.InfiniteTimeSpan)));
    }

    /// <summary>Of each queue, as whoever does not know where it is.</summary>
    private void Move(Model job, string to)
    {
        foreach (var queue in _queues.Values)
        {
            queue.AskAsync(new QueueMessage.MoveJob(job.Id, to), Timeout.InfiniteTimeSpan).ContinueWith(
                answer => Moved += answer is { IsCompletedSuccessfully: true, Result: { Refusal: null, Status.Queue: var at } } && at == to ? 1 : 0,
                CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private void MoveMany(string from, string to)
    {
        var query = new JobQuery(new JobFilter { States = [JobState.Scheduled, JobState.Waiting, JobState.Awaiting] }, [], []);
        _ = _queues[from].AskAsync(new QueueMessage.ChangeJobs(query, BulkKind.Move, null, 0, long.MaxValue, _random.Next(1, 1_000)) { To = to }, Timeout.InfiniteTimeSpan);
    }

    private void Cancel(Model job)
    {
        job.IsCancelAsked = true;
        foreach (var queue in _queues.Values)
        {
            _cancelling.Add((job, queue.AskAsync(new QueueMessage.CancelJob(job.Id, "planned"), Timeout.InfiniteTimeSpan)));
        }
    }

    private void NoteAnswers()
    {
        foreach (var (jobs, answer) in _asked.Where(asked => asked.Answer.IsCompletedSuccessfully))
        {
            foreach (var job in jobs)
            {
                job.IsAcknowledged = true;
            }
        }

        foreach (var (job, answer) in _cancelling.Where(asked => asked.Answer.IsCompletedSuccessfully))
        {
            job.IsCancelled |= answer.Result is { Refusal: null, Status.State: JobState.Cancelled };
        }
    }

    private void Advance(TimeSpan time) => _time.AdvanceAsync(time).GetAwaiter().GetResult();

    private void CheckEnd()
    {
        foreach (var job in _jobs.Values)
        {
            var runs = _runs.GetValueOrDefault(job.Id);
            runs.ShouldBeLessThanOrEqualTo(1, $"{job.Id} ran {runs} times. {Seed}");
            var end = _history.FindAsync(job.Id, default).Result;
            if (job.IsCancelled)
            {
                runs.ShouldBe(0, $"{job.Id} was cancelled. {Seed}");
                end.ShouldNotBeNull($"{job.Id} {Seed}").State.ShouldBe(JobState.Cancelled, Seed);
            }
            else if (job.IsAcknowledged && !job.IsCancelAsked && job.Parent is not { IsCancelAsked: true })
            {
                runs.ShouldBe(1, $"{job.Id}, child of {job.Parent?.Id}, did not run: {end?.State} {end?.Error}. {Seed}");
                (end?.State ?? JobState.Succeeded).ShouldBe(JobState.Succeeded, $"{job.Id} {Seed}");
                (_keepsSucceeded && end is null).ShouldBeFalse($"{job.Id} is not in the history. {Seed}");
            }
        }

        foreach (var (name, queue) in _queues)
        {
            var asking = queue.AskAsync(new QueueMessage.GetQueue(), Timeout.InfiniteTimeSpan);
            _simulation.RunToIdle();
            var status = asking.Result;
            (status.Waiting + status.Scheduled + status.Running + status.Awaiting + status.Retrying).ShouldBe(0, $"Queue {name} is not empty: {status} {Seed}");
        }
    }

    private string Seed => $"[seed {seed}]";

    private sealed class Model(JobId id, string queue)
    {
        public JobId Id { get; } = id;

        /// <summary>Where it was enqueued.</summary>
        public string Queue { get; } = queue;

        public Model? Parent { get; init; }

        public bool IsAwaited { get; set; }

        public bool IsAcknowledged { get; set; }

        public bool IsCancelAsked { get; set; }

        public bool IsCancelled { get; set; }
    }
}
