using System.Text.Json;
using Actors.Jobs.Processes;
using Actors.Jobs.Protos;
using Actors.Jobs.Queues;
using Actors.Jobs.Schedules;
using Actors.Jobs.Types;
using Actors.Persistence;

namespace Actors.Jobs;

/// <summary>The durable schedules, under <c>/user/schedules</c>: in the journal of the queues' store, owned by the process that owns the queues.</summary>
public sealed partial class JobSystem
{
    private SchedulesClient? _schedules;
    private ScheduleGauge? _gauge;
    private List<(ScheduleSpec Spec, ScheduleOrigin Origin)> _declaredSchedules = [];

    /// <summary>The durable schedules.</summary>
    /// <exception cref="InvalidOperationException">The system was started without <see cref="JobSystemOptions.Schedules"/>.</exception>
    public ISchedules Schedules => _schedules ?? throw new InvalidOperationException(
        $"The queues of '{_system.Name}' were started without schedules. Give them JobSystemOptions.Schedules, which may be empty.");

    /// <summary>How many schedules have a slot that is more than a minute late, and by how much the latest is; for metrics and health checks. None while another process owns them.</summary>
    /// <exception cref="SchedulesUnavailableException">Their owner does not answer: that is worse than late.</exception>
    public Task<(int Count, TimeSpan Longest)> GetOverdueSchedulesAsync(CancellationToken cancellationToken = default) =>
        _schedules?.Owner is null ? Task.FromResult((0, TimeSpan.Zero)) : _schedules.GetOverdueAsync(cancellationToken);

    /// <summary>How many schedules have a slot that is more than a minute late, as their owner saw it at most a minute ago; all of them when it has not looked for three.</summary>
    public int OverdueSchedules => _gauge?.Overdue ?? 0;

    /// <summary>What is wrong with these schedules: texts and zones that cannot be read, values that make no sense, queues and jobs that do not exist, names given twice.</summary>
    /// <param name="schedules">The schedules of one process.</param>
    /// <param name="queues">Its queues.</param>
    /// <param name="json">As in <see cref="JobSystemOptions.Json"/>.</param>
    public static IReadOnlyList<string> FindScheduleFaults(
        IReadOnlyCollection<ScheduleDefinition> schedules, IReadOnlyCollection<QueueDefinition> queues, JsonSerializerOptions? json = null)
    {
        ArgumentNullException.ThrowIfNull(schedules);
        ArgumentNullException.ThrowIfNull(queues);
        var types = new JobTypes(json ?? JobTypes.DefaultJson);
        var handled = queues.SelectMany(queue => queue.Handlers).Select(handler => JobScan.HandledTypes(handler).FirstOrDefault()).OfType<Type>().ToList();
        var faults = new List<string>();
        foreach (var schedule in schedules)
        {
            faults.AddRange(Check(schedule).Select(fault => $"Schedule '{schedule.Name}': {fault}"));
        }

        faults.AddRange(schedules.GroupBy(schedule => schedule.Name).Where(group => group.Count() > 1)
            .Select(group => $"Schedule '{group.Key}' is declared twice. Give one of the two another name."));
        return faults;

        List<string> Check(ScheduleDefinition schedule)
        {
            var wrong = ScheduleSpecs.Faults(schedule);
            try
            {
                var (type, _) = schedule.Resolve(types, name => handled.Select(types.Get).FirstOrDefault(type => type.Name == name));
                var queue = schedule.Options.Queue ?? type.Queue;
                if (queues.All(known => known.Name != queue))
                {
                    wrong.Add(new UnknownQueueException(queue, queues.Select(known => known.Name)).Message);
                }
            }
            catch (JobException fault)
            {
                wrong.Add(fault.Message);
            }

            return wrong;
        }
    }

    /// <summary>
    /// Declares other schedules while the system runs, as a start with them would: adds what is new, changes what has changed, retires what is missing. Those that were
    /// added at run time stay.
    /// </summary>
    /// <param name="schedules">All that code and configuration declare from now on.</param>
    /// <exception cref="JobTypeException">Some cannot be used; the message lists every fault, and nothing has changed.</exception>
    /// <exception cref="InvalidOperationException">The system was started without <see cref="JobSystemOptions.Schedules"/>.</exception>
    public void Redeclare(IReadOnlyList<ScheduleDefinition> schedules)
    {
        ArgumentNullException.ThrowIfNull(schedules);
        _ = Schedules;
        _declaredSchedules = ResolveSchedules(schedules);
        _schedules!.Owner?.Tell(new ScheduleMessage.Declare(_declaredSchedules)); // There are schedules. Who becomes the owner later begins with these.
    }

    /// <summary>What is stored of a definition, or everything that is wrong with it.</summary>
    internal (ScheduleSpec? Spec, List<string> Faults) Resolve(ScheduleDefinition definition)
    {
        var faults = ScheduleSpecs.Faults(definition);
        try
        {
            var (type, args) = definition.Resolve(_types, FindType);
            var queue = definition.Options.Queue ?? type.Queue;
            var limit = (_options.Queues.FirstOrDefault(known => known.Name == queue) // Before they are started, too.
                ?? throw new UnknownQueueException(queue, _options.Queues.Select(known => known.Name))).Options.MaxArgsBytes;
            if (args.Length > limit)
            {
                throw new JobTooLargeException(type.Name, args.Length, limit);
            }

            return faults.Count == 0 ? (ScheduleSpecs.Of(definition, type, args), faults) : (null, faults);
        }
        catch (JobException wrong)
        {
            faults.Add(wrong.Message);
            return (null, faults);
        }
    }

    /// <summary>Hands slots to the owner of their queue, which is in this process; when the task completes, they are done with there for good.</summary>
    internal async Task EnqueueSlotsAsync(string queue, IReadOnlyList<SlotJob> slots, CancellationToken cancellationToken)
    {
        var wanted = new List<SlotJob>(slots.Count);
        foreach (var slot in slots)
        {
            if (!slot.MayBeTaken || await NotTakenAsync(queue, [slot.Job], cancellationToken) is { Count: > 0 })
            {
                wanted.Add(slot);
            }
        }

        var orders = new QueueMessage.SlotOrders(_system.Name, [.. wanted.Select(slot => slot.Order)], slots[^1].Order);
        await TellAsync(
            queue, new QueueMessage.Enqueue([.. wanted.Select(slot => Complete(slot.Job))], slots[0].Job.Id) { Slots = orders }, cancellationToken);
    }

    /// <summary>What its type says of the job of a slot.</summary>
    private JobDraft Complete(JobDraft draft) => FindType(draft.Type) is { } type
        ? draft with { Key = type.KeyOf(draft.Payload), Traits = Indexed(type, draft.Payload, Traits(type, NoOptions, draft.Payload)) }
        : draft;

    private JobType? FindType(string name) =>
        _handlers.Values.Select(handlers => handlers.GetValueOrDefault(name)?.Type).FirstOrDefault(type => type is not null);

    /// <summary>Reads the declarations, so that a fault is told before anything runs.</summary>
    private List<(ScheduleSpec Spec, ScheduleOrigin Origin)> ResolveSchedules(IReadOnlyList<ScheduleDefinition> schedules)
    {
        var specs = new List<(ScheduleSpec, ScheduleOrigin)>();
        var faults = new List<string>();
        foreach (var definition in schedules)
        {
            var (spec, wrong) = Resolve(definition);
            faults.AddRange(wrong.Select(fault => $"Schedule '{definition.Name}': {fault}"));
            if (spec is not null)
            {
                if (specs.Exists(other => other.Item1.Name == spec.Name))
                {
                    faults.Add($"Schedule '{definition.Name}' is declared twice. Give one of the two another name.");
                }

                specs.Add((spec, definition.IsConfigured ? ScheduleOrigin.Configuration : ScheduleOrigin.Code));
            }
        }

        return faults.Count > 0 ? throw new JobTypeException(string.Join(Environment.NewLine, faults)) : specs;
    }

    private async Task StartSchedulesAsync(IJournal journal, LiveFormats? formats = null)
    {
        if (_schedules is not { } client)
        {
            return;
        }

        var (journalActor, sweepBytes) = (JournalActor.Of(_system, journal), _options.SchedulesSweepBytes);
        var gauge = _gauge = new ScheduleGauge(_system.TimeProvider);
        var props = Props.Create(() => new SchedulesActor(_system.Name, _declaredSchedules, client, gauge, journal, journalActor, sweepBytes, formats)) with
        {
            QuarantineAfter = 0, // What it tells itself must go on coming, whatever the store does.
        };

        // Like a queue it is started again for as long as it takes.
        var parent = _system.ActorOf(Props.Create(() => new QueuesActor(Array.Empty<string>())), "schedules");
        client.Owner = (await parent.AskAsync(new QueuesActor.Start("owner", props), Timeout.InfiniteTimeSpan, CancellationToken.None)).Actor;
    }
}
