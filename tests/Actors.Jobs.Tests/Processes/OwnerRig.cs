using Actors.Jobs.Processes;
using Actors.Jobs.Protos;
using Actors.Jobs.Queues;
using Actors.Jobs.Types;
using Actors.Jobs.Workers;
using Actors.Persistence;
using Actors.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Jobs.Tests.Processes;

/// <summary>The owner of a queue of a shared store in virtual time. What it says to other processes goes to a probe, and a test says what they answer.</summary>
internal sealed class OwnerRig
{
    private readonly InMemoryBegunAttempts _begunElsewhere = new();
    private long _row;

    private OwnerRig(TestSystem system)
    {
        System = system;
        Script = new Script(system.Time);
        Inbox = system.CreateProbe("inbox");
        Watcher = system.CreateProbe("watcher");
    }

    public TestSystem System { get; }

    public Script Script { get; }

    public Probe Inbox { get; }

    public Probe Watcher { get; }

    public IActorRef Queue { get; private set; } = null!; // Set when it is started.

    /// <summary>What the other processes can read.</summary>
    public LiveFormats Formats { get; } = new();

    /// <summary>Came with the request for messages; each message carries it back.</summary>
    public object Attachment { get; private set; } = new();

    public static async Task<OwnerRig> StartAsync(
        TestSystem system, IJournal? journal = null, IReadOnlyList<Type>? handlers = null, IBegunTable? begun = null, QueueOptions? options = null)
    {
        journal ??= new InMemoryJournal();
        options ??= new QueueOptions { Workers = 4, Prefetch = 8 };
        var check = new TypeCheck(new JobTypes(JobTypes.DefaultJson));
        var definition = new QueueDefinition("default", options, handlers ?? [typeof(WorkHandler)]);
        check.Check(definition);
        var rig = new OwnerRig(system);
        var setup = new QueueSetup(
            "default",
            options,
            check.Handlers[definition],
            new InMemoryHistory(),
            new ServiceCollection().AddSingleton(rig.Script).BuildServiceProvider(),
            begun ?? new InMemoryBegunAttempts().Open("default", 64),
            TimeSpan.FromSeconds(30),
            new Neighbours(rig.Inbox.Ref, rig.Watcher.Ref, _ => rig._begunElsewhere, rig.Formats));
        var journalActor = JournalActor.Of(system.System, journal);
        var parent = system.ActorOf(Props.Create(() => new QueuesActor(Array.Empty<string>())), "queues");
        rig.Queue = (await parent.AskAsync(new QueuesActor.Start("default", Props.Create(() => new QueueActor(setup, journal, journalActor))))).Actor;
        rig.Attachment = (await rig.Inbox.FishAsync<InboxActor.Attach>()).Attachment;
        await system.DrainAsync();
        return rig;
    }

    /// <summary>A message of another process arrives.</summary>
    /// <returns>Its number in the inbox.</returns>
    public long Hear(long node, InboxBody body, object? attachment = null)
    {
        body.Queue = "default";
        Queue.Tell(new InboxActor.FromNode(++_row, node, body, attachment ?? Attachment));
        return _row;
    }

    /// <summary>Another process says what it takes.</summary>
    public void HearConsume(long node, int slots = 8, params string[] types)
    {
        var consume = new InboxConsume { Slots = (uint)slots };
        consume.Types_.AddRange(types.Length == 0 ? ["work"] : types);
        Hear(node, new InboxBody { Consume = consume });
    }

    public void HearEnded(long node, InboxGrant grant, AttemptOutcome? outcome = null)
    {
        var body = new InboxBody { Ended = new InboxEnded() };
        body.Ended.Ends.Add(InboxBodies.ToProto(new QueueMessage.AttemptEnded(grant.Number, (int)grant.Grant, outcome ?? new AttemptOutcome.Succeeded())));
        Hear(node, body);
    }

    public async Task<JobId> EnqueueAsync(string text = "x")
    {
        var draft = Draft(text);
        await Queue.AskAsync(new QueueMessage.Enqueue([draft], draft.Id));
        return draft.Id;
    }

    /// <summary>The jobs that a process was granted in one message.</summary>
    public async Task<IReadOnlyList<InboxGrant>> GrantedAsync(long node) =>
        (await Inbox.FishAsync<InboxActor.Post>(post => post.Recipient == node && post.Body.ContentCase == InboxBody.ContentOneofCase.Grants)).Body.Grants.Grants;

    /// <summary>What was said to a process and not looked at yet.</summary>
    public async Task<IReadOnlyList<InboxBody>> SaidAsync(long node) =>
        [.. (await Inbox.ReceiveAllAsync()).OfType<InboxActor.Post>().Where(post => post.Recipient == node).Select(post => post.Body)];

    public async Task<JobStatus?> FindAsync(JobId id) => (await Queue.AskAsync(new QueueMessage.GetJob(id))).Status;

    public Task<QueueStatus> StatusAsync() => Queue.AskAsync(new QueueMessage.GetQueue());

    public JobDraft Draft(string text)
    {
        var type = new JobTypes(JobTypes.DefaultJson).Get(typeof(Work));
        return new JobDraft(
            JobId.Create(System.Time, System.System.Random), type.Name, type.Version, type.Serialize(new Work(text)), TimeSpan.Zero, null, JobPriority.Normal);
    }
}
