namespace Actors.Jobs.Queues;

/// <summary>Attempts that were cut short say by what.</summary>
internal sealed partial class QueueActor
{
    /// <summary>Gives a grant back whose attempt had begun: what cut it short is stored with the job.</summary>
    /// <param name="number">The job.</param>
    /// <param name="cause">Null when the attempt had not begun, or it is not known by what it was cut short.</param>
    /// <param name="node">The process that ran it; 0 is this one.</param>
    private void Release(long number, JobInterruptionCause? cause, long node = 0)
    {
        var isWanted = !_state.IsCancelling(number, out _);
        Release(number);
        if (cause is not { } by || !isWanted)
        {
            return;
        }

        var entry = _state.Jobs[number];
        var interruption = new JobInterruption(by, entry.Attempts + 1, DateTimeOffset.FromUnixTimeMilliseconds(NowMs()), node == 0 ? null : node);
        if (WhyNotYet(CommitDraft.TraitsFormat) is null)
        {
            // Else the log has it, and the job is released as it was before there was anything to say.
            _draft.AddInterruption(interruption);
            _state.SetInterruption(number, interruption);
        }

        Log.AttemptInterrupted(Logger, interruption.Attempt, entry.Id, _name, _state.Names[entry.Type], interruption.Text);
    }
}
