namespace Actors.Jobs.Queues;

/// <summary>Jobs that come from other queues. Each is decided on once: that is stored in one commit with the job, and told as often as it is asked.</summary>
internal sealed partial class QueueActor
{
    private void OnTakeMoved(QueueMessage.TakeMoved moved)
    {
        if (Term == 0 || Refusal is not null)
        {
            return; // It is asked again.
        }

        if (!_state.HasTakenMoves)
        {
            Context.Parent.Tell(QueuesActor.TakesMoves.Instance, Self);
        }

        var taken = _state.MovesFrom(moved.Source);
        taken.ForgetBelow(moved.Jobs[0].Order);
        var decisions = new List<QueueMessage.MoveDecision>(moved.Jobs.Count);
        var isNew = false;
        foreach (var job in moved.Jobs)
        {
            if (job.Order > taken.Through)
            {
                if (_draft.IsFull)
                {
                    CloseTaken(moved.Source, taken);
                }

                if (Take(job, moved.Source) is { } refusal)
                {
                    taken.Refused[job.Order] = refusal;
                }

                taken.Through = job.Order;
                isNew = true;
            }

            decisions.Add(new QueueMessage.MoveDecision(job.Id, job.Order, taken.Refused.GetValueOrDefault(job.Order)));
        }

        NoteWaiting();
        _draft.Answers.Add(new CommitDraft.Answer(Sender, moved.Jobs[0].Id, new QueueMessage.MovesDecided(_name, decisions)));
        if (isNew)
        {
            CloseTaken(moved.Source, taken);
            UpdateAlone();
        }

        FlushSoon();
    }

    /// <summary>What is written forward, as these jobs are, counts after everything else of its commit.</summary>
    private void CloseTaken(string source, TakenMoves taken)
    {
        _draft.SetTakenMoves(source, taken);
        CloseDraft();
    }

    /// <returns>Why it is refused; null when it is taken.</returns>
    private string? Take(MovedJob job, string source)
    {
        if (job.Args is not { } args)
        {
            return $"Queue '{source}' cannot read its arguments: they are damaged.";
        }

        if (_state.Drain is not null)
        {
            return $"Queue '{_name}' is drained, and takes no new jobs.";
        }

        if (args.Length > _options.MaxArgsBytes)
        {
            return new JobTooLargeException(job.Type, args.Length, _options.MaxArgsBytes).Message;
        }

        if (_state.Jobs.TryFind(job.Id, out _))
        {
            return $"Queue '{_name}' has a job with this id already.";
        }

        // Whoever has begun once, and keeps others out only before that, keeps nobody out any more.
        var claim = job.Traits?.Unique is { } unique && (unique.While == UniqueWhile.Unfinished || job.Grant == 0) ? unique : null;
        if (claim is not null && IsTaken(claim, job.Id, NowMs(), out var holder))
        {
            return $"Queue '{_name}' has job {holder} of the same kind.";
        }

        TakeIn(job, args);
        return null;
    }

    private void TakeIn(MovedJob job, ReadOnlyMemory<byte> args)
    {
        if (!_state.TryGetType(job.Type, out var type))
        {
            type = _state.AddType(job.Type);
            _draft.AddName(job.Type, type);
        }

        // This process may have a decoder for this queue that it has not for the other.
        var state = job.State == JobState.Parked && HandlerOf(type)?.MayRead(job.TypeVersion) == true ? JobState.Waiting : job.State;
        var isTimed = state is JobState.Scheduled or JobState.Retrying or JobState.Awaiting;
        var traits = job.IsEndKept && !_options.KeepSucceeded ? (job.Traits ?? new JobTraits()) with { IsAwaited = true } : job.Traits;
        var number = _state.Jobs.NextNumber;
        var (row, offset) = _draft.Payloads.Add(args.Span, ref _nextRow);
        ref var entry = ref _state.Replace(number, job.Id, state, job.Error, 0, job.Key, traits);
        entry.EnqueuedAtMs = job.EnqueuedAtMs;
        entry.DueAtMs = isTimed ? Math.Min(MaxDueMs, job.DueAtMs + _clock.AheadMs) : 0;
        entry.Type = type;
        entry.TypeVersion = (ushort)job.TypeVersion;
        entry.Priority = job.Priority;
        entry.Attempts = (ushort)job.Attempts;
        entry.Grant = (ushort)job.Grant;
        entry.PayloadRow = row;
        entry.PayloadOffset = (ushort)offset;
        entry.PayloadLength = args.Length;
        if (job.Crashes is { } crashes)
        {
            _state.Suspect(number, crashes);
        }

        _state.Summarise(number, ref entry);
        _draft.AddForwarded(_state, number);
        if (job.Traits?.Unique is { } claim && HoldsClaim(entry, claim))
        {
            _holders.Set(claim.Hash, number);
        }

        switch (state)
        {
            case JobState.Waiting:
                AddWaiting(number);
                break;
            case JobState.Scheduled or JobState.Retrying:
                AddDue(number, entry.DueAtMs);
                break;
            case JobState.Awaiting:
                Await(number);
                break;
        }
    }
}
