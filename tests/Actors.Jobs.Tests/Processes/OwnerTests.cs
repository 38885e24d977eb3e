using Actors.Jobs.Processes;
using Actors.Jobs.Protos;
using Actors.Jobs.Queues;
using Actors.Jobs.Workers;
using Actors.Persistence;
using Actors.TestKit;

namespace Actors.Jobs.Tests.Processes;

/// <summary>What the owner of a queue makes of what other processes say, message by message.</summary>
public sealed class OwnerTests
{
    private const long Seven = 7;
    private const long Eight = 8;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory, OnEachDispatcher]
    public async Task A_message_that_was_meant_for_an_earlier_instance_is_left_to_be_handed_out_again(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var rig = await OwnerRig.StartAsync(system);
        var (first, second) = (rig.Draft("first"), rig.Draft("second"));

        // Both had been handed to an instance that failed; of the new one's, the second comes late.
        rig.Hear(Seven, Enqueue(second), attachment: new object());
        await system.DrainAsync();
        (await rig.FindAsync(second.Id)).ShouldBeNull("Were it taken, whatever comes before it would count as taken, too.");
        rig.Hear(Seven, Enqueue(first));
        rig.Hear(Seven, Enqueue(second));
        await system.DrainAsync();
        (await rig.FindAsync(first.Id)).ShouldNotBeNull();
        (await rig.FindAsync(second.Id)).ShouldNotBeNull();
        (await rig.Inbox.ReceiveAllAsync()).OfType<InboxActor.Taken>().SelectMany(taken => taken.Ids).ShouldBe([2, 3]);
    }

    [Theory, OnEachDispatcher]
    public async Task What_a_process_said_before_it_ended_counts(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var rig = await OwnerRig.StartAsync(system);
        rig.HearConsume(Seven);
        var id = await rig.EnqueueAsync();
        var other = await rig.EnqueueAsync();
        var grant = (await rig.GrantedAsync(Seven)).Single();
        await rig.GrantedAsync(Seven);

        // That it is gone is known before its last words have been read.
        rig.Queue.Tell(new QueueMessage.NodeGone(Seven));
        await rig.Inbox.FishAsync<InboxActor.ReadToEnd>();
        (await rig.FindAsync(id)).ShouldNotBeNull().State.ShouldBe(JobState.Running);
        rig.HearEnded(Seven, grant);
        rig.Queue.Tell(InboxActor.EndReached.Instance);
        await system.DrainAsync();
        (await rig.StatusAsync()).Succeeded.ShouldBe(1);
        (await rig.FindAsync(other)).ShouldNotBeNull().State.ShouldBe(JobState.Waiting);
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_that_was_granted_in_a_commit_that_waits_for_an_older_process_and_is_granted_again_runs_once(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var rig = await OwnerRig.StartAsync(system);
        rig.Formats.Look([new StoreNode(Eight, 8, "0.8.0", new StoreFormats(3, 1))]);
        rig.HearConsume(Seven, slots: 2);
        await rig.EnqueueAsync("with a step");
        var grant = (await rig.GrantedAsync(Seven)).Single();
        var later = rig.Draft("later") with { Delay = TimeSpan.FromSeconds(10) };
        await rig.Queue.AskAsync(new QueueMessage.Enqueue([later], later.Id));

        // A step cannot be refused: it waits, and what is granted meanwhile behind it.
        rig.Hear(Seven, new InboxBody { Step = new InboxStep { Number = 1, Job = grant.Number, Grant = grant.Grant, Name = "step" } });
        await system.AdvanceAsync(Second * 11);
        rig.Queue.Tell(new QueueMessage.NodeGone(Seven));
        rig.Queue.Tell(InboxActor.EndReached.Instance);
        await system.AdvanceAsync(Second);
        await rig.Queue.AskAsync(new QueueMessage.StartConsuming());
        await system.AdvanceAsync(Second);
        rig.Formats.Look([]);
        await system.AdvanceAsync(Second * 30);
        rig.Script.Attempts.Select(attempt => attempt.Text).Order().ShouldBe(["later", "with a step"]);
        (await rig.StatusAsync()).Succeeded.ShouldBe(2);
    }

    [Theory, OnEachDispatcher]
    public async Task What_must_run_alone_and_has_no_handler_here_runs_alone_in_a_process_that_has_one(TestDispatcher dispatcher, int seed)
    {
        var journal = await DieWithAsync(dispatcher, seed, jobs: 2);
        await using var system = await TestSystem.StartAsync(seed + 1, dispatcher);
        var rig = await OwnerRig.StartAsync(system, journal, handlers: [], begun: new LeftBehind(new BegunAttempt(1, 1), new BegunAttempt(2, 1)));
        await rig.Queue.AskAsync(new QueueMessage.StartConsuming());
        (await rig.StatusAsync()).Suspects.ShouldBe(2);
        rig.HearConsume(Seven);
        var first = (await rig.GrantedAsync(Seven)).ShouldHaveSingleItem();
        await system.AdvanceAsync(Second);
        (await rig.SaidAsync(Seven)).ShouldBeEmpty("The second waits until the first has ended.");
        rig.HearEnded(Seven, first);
        var second = (await rig.GrantedAsync(Seven)).ShouldHaveSingleItem();
        rig.HearEnded(Seven, second);
        await system.DrainAsync();
        (await rig.StatusAsync()).ShouldSatisfyAllConditions(queue => queue.Succeeded.ShouldBe(2), queue => queue.Suspects.ShouldBe(0));
    }

    [Theory, OnEachDispatcher]
    public async Task What_no_process_has_a_handler_for_keeps_nobody_from_running_alone(TestDispatcher dispatcher, int seed)
    {
        var journal = await DieWithAsync(dispatcher, seed, jobs: 2);
        await using var system = await TestSystem.StartAsync(seed + 1, dispatcher);
        var rig = await OwnerRig.StartAsync(system, journal, handlers: [], begun: new LeftBehind(new BegunAttempt(1, 1), new BegunAttempt(2, 1)));
        await rig.Queue.AskAsync(new QueueMessage.StartConsuming());
        rig.HearConsume(Seven, 8, "other");
        await system.AdvanceAsync(Second);
        (await rig.SaidAsync(Seven)).ShouldBeEmpty();

        // A process that has it comes later: what was set aside comes back.
        rig.HearConsume(Eight);
        (await rig.GrantedAsync(Eight)).ShouldHaveSingleItem();
    }

    [Theory, OnEachDispatcher]
    public async Task A_job_whose_process_ended_before_its_grant_was_durable_waits_and_runs_once(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var journal = new SimulatedJournal(system.System);
        var rig = await OwnerRig.StartAsync(system, journal);
        rig.HearConsume(Seven);
        await system.DrainAsync();
        journal.Hold();
        var draft = rig.Draft("x");
        rig.Queue.Tell(new QueueMessage.Enqueue([draft], draft.Id));
        await system.DrainAsync();
        rig.Queue.Tell(new QueueMessage.NodeGone(Seven));
        rig.Queue.Tell(InboxActor.EndReached.Instance);
        rig.Script.Body = (_, cancellationToken) => rig.Script.WaitAsync(cancellationToken);
        await rig.Queue.AskAsync(new QueueMessage.StartConsuming());
        journal.Release();
        await system.AdvanceAsync(Second);
        rig.Script.Attempts.Count.ShouldBe(1);
        (await rig.FindAsync(draft.Id)).ShouldNotBeNull().State.ShouldBe(JobState.Running);
    }

    [Theory, OnEachDispatcher]
    public async Task A_queue_that_is_paused_recalls_what_other_processes_have_not_begun(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var rig = await OwnerRig.StartAsync(system);
        rig.HearConsume(Seven);
        rig.HearConsume(Eight);
        var id = await rig.EnqueueAsync();
        var grant = (await rig.GrantedAsync(Seven)).Single();
        await rig.Queue.AskAsync(new QueueMessage.PauseQueue("holiday"));
        (await rig.SaidAsync(Seven)).ShouldHaveSingleItem().ContentCase.ShouldBe(InboxBody.ContentOneofCase.Recall);
        (await rig.SaidAsync(Eight)).ShouldBeEmpty("It has nothing.");
        rig.HearEnded(Seven, grant, new AttemptOutcome.Interrupted());
        await system.DrainAsync();
        (await rig.FindAsync(id)).ShouldNotBeNull().ShouldSatisfyAllConditions(job => job.State.ShouldBe(JobState.Waiting), job => job.Attempts.ShouldBe(0));
        await rig.Queue.AskAsync(new QueueMessage.ResumeQueue());
        (await rig.GrantedAsync(Seven)).ShouldHaveSingleItem().Number.ShouldBe(grant.Number);
    }

    [Theory, OnEachDispatcher]
    public async Task What_was_granted_to_another_process_in_the_moment_of_a_pause_stays(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var rig = await OwnerRig.StartAsync(system);
        rig.HearConsume(Seven);
        await system.DrainAsync();
        var draft = rig.Draft("x");
        rig.Queue.Tell(new QueueMessage.Enqueue([draft], draft.Id));
        rig.Queue.Tell(new QueueMessage.PauseQueue(null));
        await system.DrainAsync();
        (await rig.FindAsync(draft.Id)).ShouldNotBeNull().State.ShouldBeOneOf(JobState.Waiting, JobState.Running);
        var said = await rig.SaidAsync(Seven);
        if ((await rig.FindAsync(draft.Id))!.State == JobState.Running)
        {
            said.Select(body => body.ContentCase).ShouldBe([InboxBody.ContentOneofCase.Grants, InboxBody.ContentOneofCase.Recall]);
        }
        else
        {
            said.ShouldNotContain(body => body.ContentCase == InboxBody.ContentOneofCase.Grants);
        }
    }

    /// <summary>A journal in which so many jobs were running when their process ended.</summary>
    private static async Task<InMemoryJournal> DieWithAsync(TestDispatcher dispatcher, int seed, int jobs)
    {
        var journal = new InMemoryJournal();
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var rig = await OwnerRig.StartAsync(system, journal);
        rig.Script.Body = (_, cancellationToken) => rig.Script.WaitAsync(cancellationToken);
        await rig.Queue.AskAsync(new QueueMessage.StartConsuming());
        for (var i = 0; i < jobs; i++)
        {
            await rig.EnqueueAsync($"{i}");
        }

        await system.DrainAsync();
        rig.Script.Running.ShouldBe(jobs);
        return journal;
    }

    private static InboxBody Enqueue(JobDraft draft)
    {
        var body = new InboxBody { Enqueue = new InboxEnqueue() };
        body.Enqueue.Jobs.Add(InboxBodies.ToProto(draft, 0));
        return body;
    }

    /// <summary>Says what the last process had begun.</summary>
    private sealed class LeftBehind(params BegunAttempt[] left) : IBegunTable
    {
        public IReadOnlySet<BegunAttempt>? Left { get; private set; } = left.ToHashSet();

        public bool IsStopping { get; set; }

        public void Forget() => Left = new HashSet<BegunAttempt>();

        public void Begin(int slot, long number, int grant)
        {
        }

        public void End(int slot, long number, int grant)
        {
        }
    }
}
