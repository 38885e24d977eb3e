namespace Actors.Jobs.Queues;

/// <summary>What those who run the program ask of a queue: each kind in a file of its own.</summary>
internal sealed partial class QueueActor
{
    private void OnOperation(QueueMessage.Operation operation)
    {
        switch (operation)
        {
            case QueueMessage.DrainQueue drain:
                OnDrainQueue(drain);
                break;
            case QueueMessage.EditJob edit:
                OnEditJob(edit);
                break;
            case QueueMessage.DeleteJob delete:
                OnDeleteJob(delete);
                break;
            case QueueMessage.AwaitHistory history:
                OnAwaitHistory(history);
                break;
            case QueueMessage.MoveJob move:
                OnMoveJob(move);
                break;
            case QueueMessage.TakeMoved moved:
                OnTakeMoved(moved);
                break;
            case QueueMessage.MovesDecided decided:
                OnMovesDecided(decided);
                break;
            case QueueMessage.MovesRead read:
                OnMovesRead(read);
                break;
            case QueueMessage.MoveAgain:
                OnMoveAgain();
                break;
            case QueueMessage.OverrideQueue change:
                OnOverrideQueue(change);
                break;
            case QueueMessage.ResetQueue:
                OnResetQueue();
                break;
            case QueueMessage.ChangeJobs change:
                OnChangeJobs(change);
                break;
            case QueueMessage.SweepOn on:
                OnSweepOn(on);
                break;
            case QueueMessage.AwaitEnd wait:
                OnAwaitEnd(wait);
                break;
            case QueueMessage.AwaitExpired:
                ExpireAwaited();
                break;
            case QueueMessage.WhyJob why:
                OnWhyJob(why);
                break;
            case QueueMessage.TrialEnded:
                OnTrialEnded();
                break;
            case QueueMessage.PruneHistory:
                OnPruneHistory();
                break;
            case QueueMessage.HistoryPruned pruned:
                OnHistoryPruned(pruned);
                break;
            case QueueMessage.PauseEnded:
                OnPauseEnded();
                break;
            default:
                Unhandled(operation);
                break;
        }
    }
}
