using System.Text.Json;

namespace Actors.Jobs.Types;

/// <summary>Stands in for the handler of a job that code takes itself; there need not be one for its type.</summary>
internal sealed class PullHandler : JobHandler
{
    private readonly JobHandler? _known;

    public PullHandler(JobHandler known)
        : base(known.Type, known.Policy, new Upcasters(known.Type, [])) => _known = known;

    /// <summary>Of a type that this process does not know: it has the policy of its queue.</summary>
    public PullHandler(string type, QueueOptions queue)
        : this(new JobType(typeof(JsonElement), new JobAttribute(type), JobTypes.DefaultJson.GetTypeInfo(typeof(JsonElement))), queue)
    {
    }

    private PullHandler(JobType type, QueueOptions queue)
        : base(type, new JobPolicy(type, queue, null), new Upcasters(type, []))
    {
    }

    public override Type HandlerType => typeof(PulledJob);

    /// <summary>The arguments as the class of the job, of whatever version; null when this process does not know that they are of this class.</summary>
    public object? ReadKnown(Type type, ReadOnlySpan<byte> json, int version) => _known is not null && _known.Type.ClrType == type ? _known.Read(json, version) : null;

    public override Task RunAsync(IServiceProvider scope, object job, JobContext context, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Code that takes jobs itself runs them.");
}
