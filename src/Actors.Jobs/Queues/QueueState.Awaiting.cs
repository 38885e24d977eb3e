using Actors.Jobs.Protos;

namespace Actors.Jobs.Queues;

/// <summary>Jobs that wait for others, and those that are waited for.</summary>
internal sealed partial class QueueState
{
    /// <summary>What a job waited for has come, and it waits for something else yet.</summary>
    public void EndWait(long number, int index)
    {
        if (Traits(number) is { } traits && index < traits.Waits.Count)
        {
            SetTraits(number, traits with { Waits = [.. traits.Waits.Where((_, i) => i != index)] });
        }
    }

    /// <summary>Jobs of other queues may wait for it.</summary>
    public void SetAwaited(long number) => SetTraits(number, (Traits(number) ?? new JobTraits()) with { IsAwaited = true });

    /// <summary>A part of the job is done.</summary>
    public void AddPart(long number, string name)
    {
        var traits = Traits(number) ?? new JobTraits();
        if (!traits.Parts.Contains(name, StringComparer.Ordinal))
        {
            SetTraits(number, traits with { Parts = [.. traits.Parts, name] });
        }
    }

    /// <summary>The batches, and what has become of their jobs.</summary>
    public JobBatches Batches { get; } = new();

    /// <summary>What a commit says of this.</summary>
    public void ApplyAwaiting(QueueCommit commit)
    {
        foreach (var begun in commit.Batches)
        {
            Batches.Begin(Processes.InboxBodies.Id(begun.Id), begun.Expected, LastMs);
        }

        var number = 0L;
        for (var i = 0; i < (commit.Parts?.Number.Count ?? 0); i++)
        {
            number += commit.Parts!.Number[i]; // It has some.
            if (Jobs.Contains(number))
            {
                AddPart(number, commit.Parts.Name[i]);
            }
        }

        number = 0;
        foreach (var difference in commit.Awaited?.Number ?? [])
        {
            number += difference;
            if (Jobs.Contains(number))
            {
                SetAwaited(number);
            }
        }

        number = 0;
        for (var i = 0; i < (commit.WaitsOver?.Number.Count ?? 0); i++)
        {
            number += commit.WaitsOver!.Number[i]; // It has some.
            if (Jobs.Contains(number))
            {
                EndWait(number, (int)commit.WaitsOver.Index[i]);
            }
        }
    }

    /// <summary>A job that goes on, or ends, waits for nothing more.</summary>
    private void EndWaits(long number, ref JobEntry entry)
    {
        if (entry.State == JobState.Awaiting && Traits(number) is { } traits)
        {
            SetTraits(ref entry, number, traits with { Waits = [], AfterDelayMs = 0 });
        }
    }
}
