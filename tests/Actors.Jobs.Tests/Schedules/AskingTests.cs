using Actors.Jobs.Schedules;
using Actors.Jobs.Types;
using Actors.Persistence;
using Actors.TestKit;

namespace Actors.Jobs.Tests.Schedules;

/// <summary>The owner of the schedules asks about the last job of a schedule, and the answer takes its time.</summary>
public sealed class AskingTests
{
    [Theory, OnEachDispatcher]
    public async Task An_answer_about_a_job_that_is_no_more_the_last_lets_no_slot_run(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var queues = new Queues();
        var journal = new InMemoryJournal();
        var definition = ScheduleDefinition.Of("s", "every 1 min", new Work(), new ScheduleOptions { Overlap = SlotOverlap.Wait });
        var types = new JobTypes(JobTypes.DefaultJson);
        var (type, args) = definition.Resolve(types, _ => null);
        var spec = ScheduleSpecs.Of(definition, type, args);
        var gauge = new ScheduleGauge(system.Time);
        var journalActor = JournalActor.Of(system.System, journal);
        var owner = system.ActorOf(Props.Create(() => new SchedulesActor("shop", new[] { (spec, ScheduleOrigin.Code) }, queues, gauge, journal, journalActor, 1 << 24)));
        await system.AdvanceAsync(TimeSpan.FromSeconds(65));
        queues.Enqueued.Count.ShouldBe(1);

        // The next slot is due; while the owner asks about the first job, somebody lets the schedule run.
        await system.AdvanceAsync(TimeSpan.FromSeconds(60));
        queues.Asked.ShouldHaveSingleItem();
        var byHand = (await owner.AskAsync(new ScheduleMessage.RunNow("s"))).Job;
        await system.DrainAsync();
        queues.Enqueued[^1].ShouldBe(byHand);
        queues.Answer(isFinished: true);
        await system.DrainAsync();
        queues.Enqueued.Count.ShouldBe(2, "The job that was asked for by hand runs.");
        queues.Asked[^1].ShouldBe(byHand);
        queues.Answer(isFinished: true);
        await system.DrainAsync();
        queues.Enqueued.Count.ShouldBe(3);
    }

    /// <summary>Queues whose answers wait for the test.</summary>
    private sealed class Queues : ISlotQueues
    {
        private readonly Lock _lock = new();
        private readonly List<JobId> _enqueued = [];
        private readonly List<(JobId Id, TaskCompletionSource<bool> Answer)> _asked = [];

        public IReadOnlyList<JobId> Enqueued
        {
            get
            {
                lock (_lock)
                {
                    return [.. _enqueued];
                }
            }
        }

        public IReadOnlyList<JobId> Asked
        {
            get
            {
                lock (_lock)
                {
                    return [.. _asked.Select(asked => asked.Id)];
                }
            }
        }

        public void Answer(bool isFinished) => _asked[^1].Answer.TrySetResult(isFinished);

        public Task EnqueueAsync(string queue, IReadOnlyList<SlotJob> slots, CancellationToken cancellationToken)
        {
            lock (_lock)
            {
                _enqueued.AddRange(slots.Select(slot => slot.Job.Id));
            }

            return Task.CompletedTask;
        }

        public Task<bool> IsFinishedAsync(JobId id, CancellationToken cancellationToken)
        {
            lock (_lock)
            {
                _asked.Add((id, new TaskCompletionSource<bool>()));
                return _asked[^1].Answer.Task;
            }
        }

        public Task CancelAsync(JobId id, string reason, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
