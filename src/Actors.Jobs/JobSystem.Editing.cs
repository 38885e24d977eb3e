using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Actors.Jobs.Queues;
using Actors.Jobs.Types;

namespace Actors.Jobs;

/// <summary>A job gets other arguments, runs once more, or is deleted.</summary>
public sealed partial class JobSystem
{
    /// <inheritdoc/>
    public async Task<JobStatus> EditAsync<TJob>(JobId id, TJob job, CancellationToken cancellationToken = default)
        where TJob : notnull
    {
        ArgumentNullException.ThrowIfNull(job);
        var type = _types.Get(job.GetType());
        return await EditAsync(await GetAsync(id, cancellationToken), type, type.Serialize(job), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<JobStatus> EditArgsAsync(JobId id, string args, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(args);
        var before = await GetAsync(id, cancellationToken);
        var type = FindType(before.Type)
            ?? throw new JobRefusedException(id, before.State, $"This process has no handler for '{before.Type}', so it cannot check the arguments. Edit it in one that has.");
        byte[] payload;
        try
        {
            payload = type.Serialize(type.Deserialize(Encoding.UTF8.GetBytes(args)));
        }
        catch (JsonException fault)
        {
            throw new JobRefusedException(id, before.State, $"The arguments do not fit a '{before.Type}': {fault.Message}");
        }

        return await EditAsync(before, type, payload, cancellationToken);
    }

    private async Task<JobStatus> EditAsync(JobStatus before, JobType type, byte[] payload, CancellationToken cancellationToken)
    {
        var id = before.Id;
        var limit = Queue(before.Queue).Options.MaxArgsBytes;
        if (payload.Length > limit)
        {
            throw new JobTooLargeException(type.Name, payload.Length, limit);
        }

        var (edited, refusal) = await ChangeFoundAsync(id, new QueueMessage.EditJob(id, type.Name, type.Version, payload, Indexed(type, payload, null)?.IndexedArgs ?? []), cancellationToken);
        if (refusal is null && edited.Type != type.Name)
        {
            refusal = $"It is a '{edited.Type}', and cannot get the arguments of a '{type.Name}'.";
        }

        if (refusal is not null)
        {
            throw new JobRefusedException(id, edited.State, refusal);
        }

        return edited.FinishedAt is null
            ? edited
            : await EnqueueCopyAsync(id, JobId.Create(_system.TimeProvider, _system.Random), edited.Queue, type, type.Name, type.Version, payload, type.KeyOf(payload) ?? edited.Key, edited.Tags, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<JobStatus> RunAgainAsync(JobId id, CancellationToken cancellationToken = default)
    {
        var (status, _) = await ChangeFoundAsync(id, new QueueMessage.RetryJob(id), cancellationToken);
        if (status.FinishedAt is null)
        {
            return status;
        }

        // Its arguments are in the history, unless it was deleted, or successes are not kept.
        await AwaitHistoryAsync(status.Queue, id, cancellationToken);
        return await RunAgainAsync(await History.FindAsync(id, cancellationToken) ?? throw new UnknownJobException(id), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<bool> DeleteAsync(JobId id, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var (found, unknown) = await ChangeKnownAsync(id, new QueueMessage.DeleteJob(id), cancellationToken);
            if (found is null && unknown is not null)
            {
                throw unknown;
            }

            if (found is null)
            {
                return await DeleteFinishedAsync(id, cancellationToken);
            }

            if (found.IsDeleted)
            {
                return true;
            }

            // It has finished, and is on its way to the history.

            await AwaitHistoryAsync(found.Status!.Queue, id, cancellationToken); // It was found.
        }
    }

    /// <summary>A finished job leaves its queue when the history has it.</summary>
    private async Task AwaitHistoryAsync(string queue, JobId id, CancellationToken cancellationToken)
    {
        if ((await ChangeQueueAsync(queue, new QueueMessage.AwaitHistory(id), cancellationToken)).Unknown is { } unknown)
        {
            throw new QueueUnavailableException(queue, unknown);
        }
    }

    private async Task<bool> DeleteFinishedAsync(JobId id, CancellationToken cancellationToken)
    {
        if (await History.FindAsync(id, cancellationToken) is not { } finished)
        {
            return false;
        }

        if (!IsOwner)
        {
            throw new QueueUnavailableException(finished.Queue, new NotSupportedException("another process owns the history; delete finished jobs there."));
        }

        return await History.DeleteAsync([id], cancellationToken) > 0;
    }

    /// <summary>Whether this process writes the history.</summary>
    private bool IsOwner => _options.Shared is null || _ownerInbox is not null;

    /// <summary>Repeats a finished job: once, however often it is asked for.</summary>
    private Task<JobStatus> RunAgainAsync(FinishedJob finished, CancellationToken cancellationToken) => EnqueueCopyAsync(
        finished.Id,
        RepetitionOf(finished.Id, finished.FinishedAt),
        finished.Queue,
        FindType(finished.Type),
        finished.Type,
        finished.TypeVersion,
        finished.Args.ToArray(),
        finished.Key,
        finished.Tags,
        cancellationToken);

    private async Task<JobStatus> EnqueueCopyAsync(
        JobId original, JobId id, string queue, JobType? type, string typeName, int typeVersion, byte[] payload, string? key, IReadOnlyList<string> tags, CancellationToken cancellationToken)
    {
        // The key and the tags are those that it had: without the key no limit of that key would count it.
        var draft = new JobDraft(id, typeName, typeVersion, payload, TimeSpan.Zero, null, type?.Priority ?? JobPriority.Normal)
        {
            Key = key,

            // Whoever repeats a job by hand means it, whatever others of its kind there are.
            Traits = ((type is null ? null : Indexed(type, payload, null)) ?? new JobTraits()) with { CopyOf = original, Tags = TagList.Of(tags) },
        };
        await EnqueueAsync(queue, [draft], isChosenId: true, cancellationToken);
        return await FindAsync(id, cancellationToken)
            ?? new JobStatus(id, queue, typeName, JobState.Succeeded, 1, _system.TimeProvider.GetUtcNow(), null, null, null) { CopyOf = original }; // It has succeeded, and successes are not kept.
    }

    /// <summary>Made from the job and from when it finished: an id that is enqueued again has another repetition.</summary>
    private static JobId RepetitionOf(JobId id, DateTimeOffset finishedAt)
    {
        Span<byte> source = stackalloc byte[24];
        id.WriteTo(source);
        BinaryPrimitives.WriteInt64BigEndian(source[16..], finishedAt.ToUnixTimeMilliseconds());
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(source, hash);
        var bytes = hash[..16];

        // Ids sort by time, as those of other jobs do.
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)(finishedAt.ToUnixTimeMilliseconds() >> 16));
        BinaryPrimitives.WriteUInt16BigEndian(bytes[4..], (ushort)finishedAt.ToUnixTimeMilliseconds());
        bytes[6] = (byte)(0x70 | (bytes[6] & 0x0f));
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3f));
        return JobId.Read(bytes);
    }
}
