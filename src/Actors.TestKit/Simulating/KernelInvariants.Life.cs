namespace Actors.TestKit.Simulating;

/// <summary>The book-keeping: what the kernel says that it does.</summary>
internal sealed partial class KernelInvariants
{
    public override void OnAdded(IActorRef actor, IActorRef parent, Props props)
    {
        Next?.OnAdded(actor, parent, props);
        lock (_lock)
        {
            var above = FindOrAdd(parent);
            if (above.IsGone || above is { State: ModelState.Stopping, Inside: null, Parent.Parent: not null })
            {
                Violate($"{actor.Path.Local} was added to a parent that is {above.State}");
            }

            Add(actor, above, props);
            above.LiveChildren++;
        }
    }

    public override ActorBase OnCreated(IActorRef actor, ActorBase instance)
    {
        instance = Next is null ? instance : Next.OnCreated(actor, instance);
        return new SimulatedActor(this, OnCreated(actor), instance);
    }

    /// <summary>The constructor has run: it may have to fail all the same.</summary>
    public ActorModel OnCreated(IActorRef actor)
    {
        ActorModel model;
        lock (_lock)
        {
            model = FindOrAdd(actor);
        }

        var run = OnBegin(model, FaultPoint.Constructor, null);
        if (model.HasInstance)
        {
            Violate($"An instance of {model.Path} was made before the one before it had been disposed of");
        }

        var fault = FaultsOf(model)?.Throws(FaultPoint.Constructor, actor);
        OnEnd(model, run, FaultPoint.Constructor, null, fault);
        if (fault is not null)
        {
            throw fault;
        }

        model.HasInstance = true;
        return model;
    }

    public override void OnStarted(IActorRef actor)
    {
        Next?.OnStarted(actor);
        Change(actor, model =>
        {
            model.IsStarted = true;
            model.HasStarted = true;
            model.StartedAt = Now;
            if (model.State is ModelState.Starting or ModelState.Restarting)
            {
                model.State = ModelState.Running;
            }
        });
    }

    public override void OnHandlerGivenUp(IActorRef actor)
    {
        Next?.OnHandlerGivenUp(actor);
        Change(actor, model =>
        {
            if (model.Inside != FaultPoint.Handler || model.State != ModelState.Running)
            {
                Violate($"{model.Path} gave up a handler while it was {model.State}{(model.Inside is { } inside ? $", in its {inside}" : "")}");
            }

            model.Inside = null;
            model.Run++;
            Note(actor, "gave up its handler");
        });
    }

    public override void OnFailed(IActorRef actor, Exception cause)
    {
        Next?.OnFailed(actor, cause);
        Change(actor, model =>
        {
            if (model.State is ModelState.Failed or ModelState.Stopping or ModelState.Ended)
            {
                Violate($"{model.Path} failed while it was {model.State}");
            }

            model.State = ModelState.Failed;
            model.FailedAt = Now;
            model.HasThrown = false;
            _failed.Add(model);
            Note(actor, "failed:", cause);
        });
    }

    public override void OnDecided(IActorRef supervisor, IActorRef child, Directive directive)
    {
        Next?.OnDecided(supervisor, child, directive);
        Note(supervisor, $"decided to {directive}", child.Path.Local);
    }

    public override void OnRestartCounted(
        IActorRef supervisor, IActorRef child, RestartOptions options, bool isGroup, TimeSpan ranFor, RestartDecision decision)
    {
        Next?.OnRestartCounted(supervisor, child, options, isGroup, ranFor, decision);
        lock (_lock)
        {
            // A permanent one that has ended is not known any more: what follows is another actor of the same name.
            var failed = Find(child);
            if ((isGroup ? FindOrAdd(supervisor).GroupRestarts : failed?.Restarts) is not { } restarts)
            {
                return;
            }

            if (options.Backoff is { } backoff && backoff.ResetAfter != Timeout.InfiniteTimeSpan && (failed?.RanFor(Now) ?? ranFor) >= backoff.ResetAfter)
            {
                restarts.Clear();
            }

            if (decision is { IsRestart: true, IsExhausted: false })
            {
                restarts.Add(Now);
                if (restarts.Count(at => options.Window == Timeout.InfiniteTimeSpan || Now - at <= options.Window) > options.MaxRestarts)
                {
                    Violate($"{child.Path.Local} is restarted more often than its limit of {options.MaxRestarts} in {(options.Window == Timeout.InfiniteTimeSpan ? "all" : TestSystem.Describe(options.Window))}");
                }
            }
        }
    }

    public override void OnRestartPlanned(IActorRef supervisor, IActorRef child, TimeSpan delay, bool isInTurn)
    {
        Next?.OnRestartPlanned(supervisor, child, delay, isInTurn);
        Change(child, model =>
        {
            model.IsRestartOrdered = true;
            model.RestartsAt = delay > TimeSpan.Zero ? Now + delay : TimeSpan.MinValue;
        });
        Note(supervisor, $"will restart in {TestSystem.Describe(delay)}{(isInTurn ? ", in its turn," : "")}", child.Path.Local);
    }

    public override void OnResumed(IActorRef actor)
    {
        Next?.OnResumed(actor);
        Change(actor, model =>
        {
            if (model.State != ModelState.Failed)
            {
                Violate($"{model.Path} was resumed while it was {model.State}");
            }

            _failed.Remove(model);
            model.State = ModelState.Running;
        });
    }

    public override void OnRestarting(IActorRef actor)
    {
        Next?.OnRestarting(actor);
        Change(actor, model =>
        {
            if (model.State is ModelState.Stopping or ModelState.Ended || model.Inside is not null)
            {
                Violate($"{model.Path} was restarted while it was {model.State}{(model.Inside is null ? "" : $", in its {model.Inside}")}");
            }

            _failed.Remove(model);
            model.HasThrown = false;
            model.IsRestartOrdered = false;
            model.GroupRestarts.Clear(); // Who supervises anew begins to count anew; what is counted for one child lives with the child.
            model.State = ModelState.Restarting;
            Note(actor, "is being restarted");
        });
    }

    public override void OnSuspensions(IActorRef actor, int suspensions)
    {
        Next?.OnSuspensions(actor, suspensions);
        Change(actor, model =>
        {
            if (suspensions != model.Suspensions)
            {
                Note(actor, "is suspended so many times:", suspensions);
            }

            model.Suspensions = suspensions;
            if (suspensions < 0)
            {
                Violate($"{model.Path} was let go on more often than it was suspended");
            }

            if (suspensions > 0)
            {
                _suspended.Add(model);
            }
            else
            {
                _suspended.Remove(model);
            }
        });
    }

    public override void OnStopping(IActorRef actor)
    {
        Next?.OnStopping(actor);
        Change(actor, model =>
        {
            if (model.State is ModelState.Stopping or ModelState.Ended)
            {
                Violate($"{model.Path} began to stop while it was {model.State}");
            }

            _failed.Remove(model);
            model.HasThrown = false;
            model.IsRestartOrdered = false;
            model.State = ModelState.Stopping;
            model.StoppingSince = Now;
            if (!model.IsAbandoned)
            {
                _stopping.Add(model);
            }

            Note(actor, "is stopping");
        });
    }

    public override void OnAbandoned(IActorRef supervisor, IActorRef child)
    {
        Next?.OnAbandoned(supervisor, child);
        Change(child, model =>
        {
            model.IsAbandoned = true;
            Leave(model);
            Note(supervisor, "abandoned", child.Path.Local);
        });
    }

    public override void OnEnded(IActorRef actor)
    {
        Next?.OnEnded(actor);
        Change(actor, model =>
        {
            if (model is { LiveChildren: > 0, IsAbandoned: false })
            {
                Violate($"{model.Path} ended before {Count(model.LiveChildren, "child")} of it");
            }

            if (model.Inside is { } inside && !model.IsAbandoned)
            {
                Violate($"{model.Path} ended while its {inside} was running");
            }

            model.State = ModelState.Ended;
            _models.Remove(actor);
            Note(actor, "has ended");
            if (!model.IsAbandoned)
            {
                Leave(model);
            }
        });
    }

    public override void OnWatched(IActorRef watcher, IActorRef subject)
    {
        Next?.OnWatched(watcher, subject);
        Change(watcher, model =>
        {
            model.Watching.Add(subject);
            if (Find(subject) is { IsGone: false } watched)
            {
                watched.Watchers.Add(model);
            }
            else
            {
                Expect(model, subject);
            }
        });
    }

    public override void OnUnwatched(IActorRef watcher, IActorRef subject)
    {
        Next?.OnUnwatched(watcher, subject);
        Change(watcher, model => EndWatch(model, subject));
    }

    public override void OnMourned(IActorRef watcher, IActorRef subject)
    {
        Next?.OnMourned(watcher, subject);
        Change(watcher, model =>
        {
            if (!model.Watching.Contains(subject))
            {
                Violate($"{model.Path} is told of the end of {subject.Path.Local} a second time, or without watching it");
            }

            if (Find(subject) is { IsGone: false } alive)
            {
                Violate($"{model.Path} is told of the end of {alive.Path}, which is {alive.State}");
            }

            EndWatch(model, subject);
            Note(watcher, "is told of the end of", subject.Path.Local);
        });
    }

    /// <summary>Faults for an actor; null for those that are spared.</summary>
    public SimulationFaults? FaultsOf(ActorModel actor) => actor.IsSpared ? null : Faults;

    private void Change(IActorRef actor, Action<ActorModel> change)
    {
        lock (_lock)
        {
            // A supervisor may decide about a child of which it does not know yet that it has ended.
            if (Find(actor) is { } model)
            {
                change(model);
            }
        }
    }

    private ActorModel? Find(IActorRef actor) => _models.GetValueOrDefault(actor);

    private ActorModel FindOrAdd(IActorRef actor) => Find(actor) ?? Add(actor, null, null);

    private ActorModel Add(IActorRef actor, ActorModel? parent, Props? props)
    {
        // The top of the tree, /system and the probes: without them there is no test.
        var isSystem = parent is { IsSystem: true } or { Parent: null } && actor.Path.Name != "user";
        var isSpared = isSystem || parent?.Parent is null || props?.Type == Probe.ActorType;
        var model = new ActorModel(actor, parent, props?.StopTimeout ?? Timeout.InfiniteTimeSpan, _ordinal++, isSystem, isSpared);
        _models[actor] = model;
        return model;
    }

    /// <summary>Nobody waits for it any more: its parent and its watchers are to know.</summary>
    private void Leave(ActorModel model)
    {
        _failed.Remove(model);
        _suspended.Remove(model);
        _stopping.Remove(model);
        _expecting.Remove(model);
        if (model.Parent is { } parent && --parent.LiveChildren == 0)
        {
            parent.StoppingSince = Now;
        }

        foreach (var watcher in model.Watchers)
        {
            Expect(watcher, model.Actor);
        }
    }

    private void Expect(ActorModel watcher, IActorRef subject)
    {
        if (!watcher.IsGone)
        {
            watcher.Expecting.Add(subject);
            _expecting.Add(watcher);
        }
    }

    private void EndWatch(ActorModel watcher, IActorRef subject)
    {
        watcher.Watching.Remove(subject);
        Find(subject)?.Watchers.Remove(watcher);
        if (watcher.Expecting.Remove(subject) && watcher.Expecting.Count == 0)
        {
            _expecting.Remove(watcher);
        }
    }
}
