namespace Actors.Jobs.Types;

/// <summary>Looks at the job types of all queues before they start, and names everything that is wrong with them at once.</summary>
internal sealed class TypeCheck(JobTypes types)
{
    private readonly List<string> _faults = [];
    private readonly Dictionary<QueueDefinition, IReadOnlyDictionary<string, JobHandler>> _handlers = [];

    public IReadOnlyList<string> Faults => _faults;

    /// <summary>The handlers of each queue by the stable names of their job types.</summary>
    public IReadOnlyDictionary<QueueDefinition, IReadOnlyDictionary<string, JobHandler>> Handlers => _handlers;

    public void Check(QueueDefinition queue)
    {
        var handlers = new Dictionary<string, JobHandler>(StringComparer.Ordinal);
        foreach (var type in queue.Handlers)
        {
            Collect(queue, () =>
            {
                var handler = JobHandler.Create(type, types, queue);
                if (!handlers.TryAdd(handler.Type.Name, handler))
                {
                    throw new JobTypeException(
                        $"{type} handles '{handler.Type.Name}', which has a handler already. A queue has one handler for each job type.");
                }
            });
        }

        foreach (var job in queue.Upcasters.Select(upcaster => upcaster.Job).Distinct())
        {
            if (!queue.Handlers.Any(handler => JobScan.HandledTypes(handler).Contains(job)))
            {
                AddFault(queue, $"it has an upcaster for {job}, but no handler.");
            }
        }

        foreach (var (type, job) in queue.Assemblies.Distinct().SelectMany(assembly => JobScan.Of(assembly).Jobs).Where(job => job.Job.Queue == queue.Name))
        {
            Collect(queue, () => types.Get(type));
            if (!queue.Handlers.Any(handler => JobScan.HandledTypes(handler).Contains(type)))
            {
                AddFault(queue, $"'{job.Name}' ({type}) has no handler. Add a class that implements IJobHandler<{type.Name}>.");
            }
        }

        _handlers.Add(queue, handlers);
    }

    /// <summary>Jobs for a queue that lie beside its handlers, but have none: likely forgotten.</summary>
    public static IReadOnlyList<string> Unhandled(QueueDefinition queue) =>
    [
        .. queue.Handlers.Select(handler => handler.Assembly).Distinct()
            .SelectMany(assembly => JobScan.Of(assembly).Jobs)
            .Where(job => job.Job.Queue == queue.Name && !queue.Handlers.Any(handler => JobScan.Handled(handler)?.Job.Name == job.Job.Name))
            .Select(job => job.Job.Name)
            .Distinct()
            .Order(StringComparer.Ordinal),
    ];

    private void Collect(QueueDefinition queue, Action check)
    {
        try
        {
            check();
        }
        catch (Exception fault) when (fault is JobTypeException or ArgumentException or NotSupportedException or InvalidOperationException)
        {
            // The last two are the serializer's, about a class that it cannot read or write.
            AddFault(queue, fault.Message);
        }
    }

    private void AddFault(QueueDefinition queue, string fault)
    {
        var text = $"Queue '{queue.Name}': {fault}";
        if (!_faults.Contains(text))
        {
            _faults.Add(text);
        }
    }
}
