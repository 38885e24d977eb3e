using Actors.Services.Running;

namespace Actors.Services.Guarding;

/// <summary>Services of a group that are started again together.</summary>
internal sealed partial class ServiceGuardian
{
    private readonly LiveGroup[] _groups = [.. groups.Select(group => new LiveGroup(group))];

    private LiveGroup? GroupOf(string service) => Array.Find(_groups, group => group.Definition.PlaceOf(service) is not null);

    private void OnFailed(GuardianNews.Failed failed)
    {
        // It may have been unregistered since, and its name be that of another.
        if (_entries.GetValueOrDefault(failed.Entry.Name) != failed.Entry)
        {
            return;
        }

        if (failed.Entry.Group is { RestartsOthers: true } group)
        {
            BringDown(group, failed);
        }

        NoteCause(failed);
    }

    private void BringDown(LiveGroup group, GuardianNews.Failed failed)
    {
        var restart = group.Restart ??= new GroupRestart(group);
        if (failed.Due is { } due)
        {
            restart.Members.Add(failed.Entry);
            restart.NotBefore(due, failed.Incident.NextRestartAt ?? failed.Incident.At);
            failed.Entry.Actor.Tell(new ServiceCommand.Await(restart), Self);
        }
        else
        {
            restart.Members.Remove(failed.Entry);
        }

        ServiceEntry[] sharers = [.. group.SharersOf(failed.Entry, _entries.Values)];
        var isForGood = failed.Due is null;
        foreach (var entry in sharers.Where(entry => isForGood || !restart.Members.Contains(entry)))
        {
            restart.Members.Remove(entry);
            restart.ToStandDown.Push(new StandDown(restart, entry, failed.Entry.Name, failed.Incident.Message, isForGood));
        }

        if (sharers.Length > 0)
        {
            Log.GroupFailed(
                Site.Logger,
                failed.Entry.Name,
                group.Text,
                ServiceName.List([.. sharers.Select(entry => entry.Name)]),
                (sharers.Length, isForGood) switch
                {
                    (1, true) => "is Failed with it",
                    (_, true) => "are Failed with it",
                    (1, false) => "is stopped and started again with it",
                    _ => "are stopped and started again with it",
                });
        }

        Proceed(restart);
    }

    private void OnStoodDown(GuardianNews.StoodDown stoodDown)
    {
        var down = stoodDown.StandDown;
        if (down.Restart.StandingDown == down)
        {
            down.Restart.StandingDown = null;
            if (stoodDown.TakesPart && !down.IsForGood && _entries.GetValueOrDefault(down.Entry.Name) == down.Entry)
            {
                down.Restart.Members.Add(down.Entry);
            }

            Proceed(down.Restart);
        }
    }

    /// <summary>One after the other, as with a stop; then all come back.</summary>
    private void Proceed(GroupRestart restart)
    {
        while (restart.StandingDown is null && restart.ToStandDown.TryPop(out var next))
        {
            if (_entries.GetValueOrDefault(next.Entry.Name) == next.Entry)
            {
                restart.StandingDown = next;
                next.Entry.Actor.Tell(new ServiceCommand.StandDown(next), Self);
            }
        }

        if (!restart.IsAllDown || restart.Group.Restart != restart)
        {
            return;
        }

        var wait = restart.Due - Site.System.Now;
        if (restart.Members.Count > 0 && wait > TimeSpan.Zero)
        {
            Context.Timers.StartSingle(restart, new GuardianNews.ComebackDue(restart), wait);
            return;
        }

        restart.Group.Restart = null;
        foreach (var entry in restart.Group.InOrder(restart.Members))
        {
            restart.ToReturn.Enqueue(entry);
        }

        ReturnNext(restart);
    }

    /// <summary>Each when the one before it runs.</summary>
    private void ReturnNext(GroupRestart restart)
    {
        while (restart.ToReturn.TryDequeue(out var entry))
        {
            if (_entries.GetValueOrDefault(entry.Name) == entry)
            {
                entry.Actor.Tell(new ServiceCommand.Return(restart), Self);
                return;
            }
        }
    }

    /// <summary>Who waited for it waits no longer: its restart goes on without it.</summary>
    private void LeaveGroup(ServiceEntry entry)
    {
        if (entry.Group?.Restart is { } restart)
        {
            restart.Members.Remove(entry);
        }
    }
}
