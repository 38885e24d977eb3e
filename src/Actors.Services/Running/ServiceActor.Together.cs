using Actors.Services.Guarding;

namespace Actors.Services.Running;

/// <summary>Restarts that the service shares with others.</summary>
internal sealed partial class ServiceActor
{
    private bool SharesRestarts => Entry.Group is { RestartsOthers: true };

    /// <summary>From now on it waits for the others, no longer for its own delay.</summary>
    private void OnAwait(Comeback comeback)
    {
        if (_state == ServiceState.Backoff)
        {
            Context.Timers.Cancel(ServiceCommand.RestartDue.Instance);
            Detour.Comeback = comeback;
        }
    }

    private void OnShare(ServiceCommand.Share share)
    {
        var isWaiting = share.Round is not null && _state == ServiceState.Backoff;
        _record?.Share(share.Cause, Definition.Name, isWaiting);
        if (isWaiting)
        {
            OnAwait(share.Round!); // As it says.
        }
    }

    /// <summary>The incident that it is about to have is one of many, and they are logged together.</summary>
    private bool IsLoggedTogether(Exception cause)
    {
        var known = Site.SharedCauses;
        return known.Length > 0
            && CauseFingerprint.Of(cause.GetType().FullName, cause.Message, Definition.Name) is { } fingerprint
            && known.Any(shared => shared.Fingerprint == fingerprint);
    }

    private void OnReturn(Comeback comeback)
    {
        if (_state == ServiceState.Backoff && ReferenceEquals(_detour?.Comeback, comeback))
        {
            _detour?.Comeback = null;
            Detour.Returning = comeback as GroupRestart;
            Launch(Math.Max(1, Record.Budget.Restarts));
            if (_incarnation is null)
            {
                TellReturned(); // It waits for what it depends on, which may be one that comes after it.
            }
        }
        else
        {
            Context.Parent.Tell(new GuardianNews.Returned(comeback), Self);
        }
    }

    private void TellReturned()
    {
        if (_detour?.Returning is { } comeback)
        {
            _detour?.Returning = null;
            Context.Parent.Tell(new GuardianNews.Returned(comeback), Self);
        }
    }

    private void OnStandDown(StandDown down)
    {
        switch (_state)
        {
            case ServiceState.Running or ServiceState.Starting when _incarnation is not null:
                Detour.StandDown = down;
                BeginStop(_incarnation);
                break;
            case ServiceState.Starting or ServiceState.Backoff:
                FinishStandDown(down);
                break;
            default:
                Tell(down, takesPart: false);
                break;
        }
    }

    private void FinishStandDown(StandDown down)
    {
        Context.Timers.Cancel(ServiceCommand.RestartDue.Instance);
        var what = $"'{down.Failed}' of its {down.Restart.Group.Text} failed: {down.Cause}";
        if (down.IsForGood)
        {
            _detour?.Comeback = null;
            Note(what, "Failed with it, because the restarts of that one are used up");
            MoveTo(ServiceState.Failed);
        }
        else
        {
            Detour.Comeback = down.Restart;
            Note(what, $"stopped, and started again together with '{down.Failed}'");
            if (_state != ServiceState.Backoff)
            {
                MoveTo(ServiceState.Backoff);
            }
        }

        AnswerWaiters(Awaited.Start);
        Tell(down, takesPart: true);
    }

    /// <summary>Somebody has commanded something else.</summary>
    private void LeaveComeback()
    {
        _detour?.Comeback = null;
        if (_detour?.StandDown is { } down)
        {
            _detour?.StandDown = null;
            Tell(down, takesPart: false);
        }
    }

    private void Tell(StandDown down, bool takesPart) => Context.Parent.Tell(new GuardianNews.StoodDown(down, takesPart), Self);

    private void TellFailed(Incident incident, TimeSpan? due) => Context.Parent.Tell(new GuardianNews.Failed(Entry, incident, due), Self);
}
