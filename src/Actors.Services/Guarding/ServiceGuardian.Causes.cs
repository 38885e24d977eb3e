using Actors.Services.Running;

namespace Actors.Services.Guarding;

/// <summary>Services that fail of the same cause at the same time: one incident, and one delay for all.</summary>
internal sealed partial class ServiceGuardian
{
    /// <summary>What they come back to, a database that is recovering, does not get them all in the same instant.</summary>
    private const int ReturnAtOnce = 100;

    private static readonly TimeSpan ReturnPause = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<CauseFingerprint, CauseRound> _rounds = [];
    private readonly Queue<CauseRound> _opened = new();

    private void NoteCause(GuardianNews.Failed failed)
    {
        if (CauseFingerprint.Of(failed.Incident.ExceptionType, failed.Incident.Message, failed.Entry.Name) is not { } fingerprint)
        {
            return;
        }

        var now = Site.System.Now;
        ForgetRounds(now);
        if (!_rounds.TryGetValue(fingerprint, out var round) || !round.Takes(now, failed.Due))
        {
            round = new CauseRound(fingerprint, now);
            _rounds[fingerprint] = round;
            _opened.Enqueue(round);
        }

        var isNew = !round.Failures.ContainsKey(failed.Entry);
        round.Failures[failed.Entry] = failed;
        if (round.Cause is { } cause)
        {
            Join(round, cause, failed, isNew);
        }
        else if (round.Failures.Count >= CauseRound.Many)
        {
            Share(round);
        }
    }

    private void Share(CauseRound round)
    {
        var cause = round.Cause = new SharedCause(round.Failures.Values.First().Incident, round.Fingerprint);
        Site.SharedCauses = [.. Site.SharedCauses, cause];
        foreach (var failed in round.Failures.Values)
        {
            Join(round, cause, failed, isNew: true);
        }

        var wait = round.Due - Site.System.Now;
        Log.SharedCause(Site.Logger, cause.Services.Count, ServiceName.List(cause.Services), ServiceActor.Reason(cause.Incident.Message), Math.Max(0, wait.TotalMilliseconds));
        Remind(round, wait);
    }

    /// <summary>Who has no restart left, or comes back with its group, is on the list and does not wait.</summary>
    private static void Join(CauseRound round, SharedCause cause, GuardianNews.Failed failed, bool isNew)
    {
        if (isNew)
        {
            cause.Add(failed.Entry.Name);
        }

        var isWaiting = failed.Due is not null && failed.Entry.Group is not { RestartsOthers: true };
        if (isWaiting)
        {
            round.NotBefore(failed.Due!.Value, failed.Incident.NextRestartAt ?? failed.Incident.At); // It waits, so it has one.
        }

        failed.Entry.Actor.Tell(new ServiceCommand.Share(cause, isWaiting ? round : null));
    }

    private void OnDue(CauseRound round)
    {
        var wait = round.Due - Site.System.Now;
        if (wait > TimeSpan.Zero)
        {
            Remind(round, wait); // One that failed later has put it off.
            return;
        }

        if (round.ToReturn is null)
        {
            EndRound(round);
        }

        for (var i = 0; i < ReturnAtOnce && round.ToReturn!.TryDequeue(out var entry); i++) // Ending it makes the queue.
        {
            entry.Actor.Tell(new ServiceCommand.Return(round), Self);
        }

        if (round.ToReturn!.Count > 0)
        {
            Remind(round, ReturnPause);
        }
    }

    private void EndRound(CauseRound round)
    {
        round.ToReturn = new Queue<ServiceEntry>(InOrderOfStart(round.Failures.Keys));
        if (_rounds.GetValueOrDefault(round.Fingerprint) == round)
        {
            _rounds.Remove(round.Fingerprint);
        }

        if (round.Cause is { } cause)
        {
            Site.SharedCauses = [.. Site.SharedCauses.Where(other => other != cause)];
            if (cause.Services.Count > CauseRound.Many)
            {
                Log.SharedCauseReturns(Site.Logger, cause.Services.Count, ServiceName.List(cause.Services), ServiceActor.Reason(cause.Incident.Message));
            }
        }
    }

    private void Remind(CauseRound round, TimeSpan wait) =>
        Context.Timers.StartSingle(round, new GuardianNews.ComebackDue(round), wait > TimeSpan.Zero ? wait : TimeSpan.Zero);

    /// <summary>Most failures are nobody else's.</summary>
    private void ForgetRounds(TimeSpan now)
    {
        while (_opened.TryPeek(out var round) && round.IsOver(now))
        {
            _opened.Dequeue();
            if (round.Cause is null && _rounds.GetValueOrDefault(round.Fingerprint) == round)
            {
                _rounds.Remove(round.Fingerprint);
            }
        }
    }
}
