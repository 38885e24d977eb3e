using Actors.Services.Running;

namespace Actors.Services.Guarding;

/// <summary>The actor <c>/user/services</c>: it knows the services by name, passes commands on to them and collects their answers.</summary>
internal sealed partial class ServiceGuardian(
    IReadOnlyList<ServiceDefinition> definitions, IReadOnlyList<ServiceGroup> groups, IServiceProvider? container) : ActorBase
{
    private readonly Dictionary<string, ServiceEntry> _entries = new(definitions.Count, StringComparer.Ordinal);
    private readonly Dictionary<string, ServiceOperation> _leaving = new(StringComparer.Ordinal);
    private readonly HashSet<ServiceOperation> _operations = [];
    private ServiceSite? _site;

    /// <summary>One for all, because a hundred thousand would each have their own.</summary>
    private Props? _props;
    private long _registrations;
    private long _starts;

    public IActorRef Ref => Self;

    /// <summary>Set before the first message.</summary>
    private ServiceSite Site => _site!; // As it says.

    /// <summary>A service escalates only when its restarts are used up and its options say so; anything else is a defect of ours, and that service begins anew.</summary>
    protected override SupervisorStrategy SupervisorStrategy { get; } = new OneForOneStrategy(
        decider: static cause => cause is RestartLimitException ? Directive.Escalate : Directive.Restart)
    {
        StopOrder = StopOrder.Parallel, // Services stop in the order of their last start, which is ours to keep.
    };

    protected override ValueTask PreStartAsync()
    {
        var site = _site = new ServiceSite(Context.System, container, _entries);
        // Our own limits bound the stop, and the wait for one's turn is no fault of the service.
        _props = Props.Create(() => new ServiceActor(site)) with { StopTimeout = Timeout.InfiniteTimeSpan, QuarantineAfter = 0 };
        // The kernel tells all services to stop at the same time. It cancels this token just before: the moment to give them an order.
        Context.CancellationToken.Register(QueueForStop);
        foreach (var definition in definitions)
        {
            Add(definition);
        }

        foreach (var entry in _entries.Values)
        {
            Link(entry);
        }

        foreach (var entry in InOrderOfStart(_entries.Values).Where(entry => entry.Options.Autostart))
        {
            entry.Actor.Tell(new ServiceCommand.Start(null, 0, NextStartOrder()), Self);
        }

        return default;
    }

    protected override ValueTask OnReceiveAsync(object message)
    {
        switch (message)
        {
            case ServiceAnswer answer:
                answer.Operation.OnAnswer(answer.Index, answer.Status);
                break;
            case GuardianNews.Failed failed:
                OnFailed(failed);
                break;
            case GuardianNews.StoodDown stoodDown:
                OnStoodDown(stoodDown);
                break;
            case GuardianNews.Returned { Comeback: GroupRestart restart }:
                ReturnNext(restart);
                break;
            case GuardianNews.ComebackDue { Comeback: CauseRound round }:
                OnDue(round);
                break;
            case GuardianNews.ComebackDue { Comeback: GroupRestart restart }:
                Proceed(restart);
                break;
            case GuardianNews:
                break;
            case ServiceMessage request:
                try
                {
                    Handle(request);
                }
                catch (Exception fault)
                {
                    // Also for a defect of ours, which then makes the guardian fail: whoever asked waits without a limit.
                    Sender.Tell(new Failure(fault), Self);
                    if (fault is not ServiceException)
                    {
                        throw;
                    }
                }

                break;
            case Terminated ended when _leaving.Remove(ended.Actor.Path.Name, out var operation):
                Site.Leave(ended.Actor.Path.Name);
                operation.OnRemoved();
                break;
            default:
                Unhandled(message);
                break;
        }

        return default;
    }

    /// <summary>Who still waits for an answer learns at once that none will come.</summary>
    protected override ValueTask PostStopAsync()
    {
        foreach (var operation in _operations)
        {
            operation.ReplyTo.Tell(new Failure(new ActorNotFoundException(Self.Path, operation.Request)), Self);
        }

        return default;
    }

    public long NextStartOrder() => ++_starts;

    public void Finish(ServiceOperation operation) => _operations.Remove(operation);

    /// <summary>Ends the actor behind everything that it has been told so far; its name is free when it has ended.</summary>
    public void Remove(ServiceEntry entry, ServiceStatus last)
    {
        entry.Gone = last;
        Context.Watch(entry.Actor);
        entry.Actor.Tell(PoisonPill.Instance, Self);
    }

    /// <summary>What a service depends on comes before it.</summary>
    public static IEnumerable<ServiceEntry> InOrderOfStart(IEnumerable<ServiceEntry> entries) =>
        entries.OrderBy(ServiceEntry.Ranks()).ThenBy(entry => entry.Number);

    /// <summary>Has those started too that these depend on. They run already, as a rule, and go on undisturbed.</summary>
    public void StartDependenciesOf(IReadOnlyCollection<ServiceEntry> entries)
    {
        HashSet<ServiceEntry> needed = [];
        Queue<ServiceEntry> open = new(entries);
        while (open.TryDequeue(out var entry))
        {
            foreach (var dependency in entry.Dependencies.Where(needed.Add))
            {
                open.Enqueue(dependency);
            }
        }

        foreach (var entry in InOrderOfStart(needed.Except(entries)).Where(entry => entry.State is not ServiceState.Running and not ServiceState.Starting))
        {
            entry.Actor.Tell(new ServiceCommand.Start(null, 0, NextStartOrder()), Self);
        }
    }

    private void Link(ServiceEntry entry)
    {
        if (entry.Options.DependsOn.Count == 0)
        {
            return;
        }

        entry.Dependencies = [.. entry.Options.DependsOn.Select(name => _entries[name])]; // Unknown ones were refused.
        foreach (var dependency in entry.Dependencies)
        {
            dependency.Dependents = [.. dependency.Dependents, entry];
        }
    }

    /// <summary>Those that depended on another of the name, which this one replaces.</summary>
    private void LinkDependents(ServiceEntry entry)
    {
        foreach (var dependent in _entries.Values.Where(other => other != entry && other.Dependencies.Any(dependency => dependency.Name == entry.Name)))
        {
            dependent.Dependencies = [.. dependent.Dependencies.Select(dependency => dependency.Name == entry.Name ? entry : dependency)];
            entry.Dependents = [.. entry.Dependents, dependent];
        }
    }

    private void Handle(ServiceMessage request)
    {
        switch (request)
        {
            case GetStatus get:
                One(get.Service).Actor.Tell(new ServiceCommand.Query(null, 0), Sender);
                break;
            case GetIncidents get:
                One(get.Service).Actor.Tell(ServiceCommand.QueryIncidents.Instance, Sender);
                break;
            case GetOutput get:
                Sender.Tell(One(get.Service).Output?.Last(get.Lines) ?? [], Self);
                break;
            case GetActor get:
                var acting = One(get.Service);
                Sender.Tell(
                    acting.Definition.Kind == ServiceKind.Actor
                        ? acting.Actor
                        : throw new UnknownServiceException(acting.Name, $"Service '{acting.Name}' is no actor, so nobody can send it messages."),
                    Self);
                break;
            case GetServices get:
                Begin(request, Matching(get.Service), ServiceOperation.Phase.Query);
                break;
            case Start start:
                Begin(request, Known(start.Service), ServiceOperation.Phase.Start);
                break;
            case Stop stop:
                Begin(request, Known(stop.Service), ServiceOperation.Phase.Stop);
                break;
            case Restart restart:
                Begin(request, Known(restart.Service), ServiceOperation.Phase.Stop, ServiceOperation.Phase.Start);
                break;
            case Register register:
                OnRegister(register);
                break;
            case Reconfigure reconfigure:
                OnReconfigure(reconfigure.Definition);
                break;
            case Unregister unregister:
                OnUnregister(unregister);
                break;
            default:
                Unhandled(request);
                break;
        }
    }

    private void OnRegister(Register register)
    {
        var definition = register.Definition;
        if (definition is null)
        {
            throw new ServiceDefinitionException("(none)", ["Register was sent without a definition."]);
        }

        if (_entries.ContainsKey(definition.Name))
        {
            throw Duplicate(definition.Name);
        }

        if (_leaving.ContainsKey(definition.Name))
        {
            throw new DuplicateServiceException(
                definition.Name, $"Service '{definition.Name}' is being unregistered. Its name is free when Unregister has been answered.");
        }

        var faults = ServiceGraph.Faults(
            [.. _entries.Values.Select(known => (known.Name, (IReadOnlyList<string>)[])), (definition.Name, definition.Settings.DependsOn)]);
        if (faults.Count > 0)
        {
            throw new ServiceDependencyException(faults);
        }

        var groupFaults = ServiceGroups.FaultsOf(definition.Name, groups);
        if (groupFaults.Count > 0)
        {
            throw new ServiceGroupException(groupFaults);
        }

        var entry = Add(definition);
        Link(entry);
        LinkDependents(entry);
        var phase = definition.Settings.Autostart ? ServiceOperation.Phase.Start : ServiceOperation.Phase.Query;
        Begin(new ServiceOperation(this, Sender, typeof(Register), [entry], phase) { IsSingle = true });
    }

    private void OnReconfigure(ServiceDefinition? definition)
    {
        if (definition is null)
        {
            throw new ServiceDefinitionException("(none)", ["Reconfigure was sent without a definition."]);
        }

        var entry = One(definition.Name);
        if (entry.Definition.Kind != definition.Kind)
        {
            throw new ServiceDefinitionException(
                definition.Name, [$"it is a {entry.Definition.Kind.ToString().ToLowerInvariant()}, and the options are those of a {definition.Kind.ToString().ToLowerInvariant()}."]);
        }

        entry.Actor.Tell(new ServiceCommand.Apply(definition.Settings), Sender);
    }

    private void OnUnregister(Unregister unregister)
    {
        // From here on no command finds them; their names stay taken until their actors have ended.
        var entries = Known(unregister.Service);
        if (!unregister.IsReplaced)
        {
            CheckNotNeeded(entries);
        }

        var operation = NewOperation(unregister, entries, ServiceOperation.Phase.Stop, ServiceOperation.Phase.Remove);
        foreach (var entry in entries)
        {
            foreach (var dependency in entry.Dependencies)
            {
                dependency.Dependents = [.. dependency.Dependents.Where(dependent => dependent != entry)];
            }

            LeaveGroup(entry);
            Site.BeginToLeave(entry);
            _leaving.Add(entry.Name, operation);
        }

        Begin(operation);
    }

    private static void CheckNotNeeded(ServiceEntry[] leaving)
    {
        List<string> faults =
        [
            .. leaving.Where(entry => entry.Dependents.Except(leaving).Any()).Select(entry =>
                $"Service '{entry.Name}' is needed by {string.Join(", ", entry.Dependents.Except(leaving).Select(dependent => $"'{dependent.Name}'"))}. Unregister these first, or together with it."),
        ];
        if (faults.Count > 0)
        {
            throw new ServiceDependencyException(faults);
        }
    }

    private void Begin(ServiceMessage request, ServiceEntry[] entries, params ServiceOperation.Phase[] phases) =>
        Begin(NewOperation(request, entries, phases));

    private ServiceOperation NewOperation(ServiceMessage request, ServiceEntry[] entries, params ServiceOperation.Phase[] phases) =>
        new(this, Sender, request.GetType(), entries, phases);

    private void Begin(ServiceOperation operation)
    {
        _operations.Add(operation);
        operation.Begin();
    }

    private ServiceEntry Add(ServiceDefinition definition)
    {
        var entry = new ServiceEntry(Site, definition, ++_registrations) { Group = GroupOf(definition.Name) };
        Site.Add(entry); // First, because its actor looks for it.
        entry.Actor = Context.ActorOf(_props!, definition.Name); // Made with the site.
        return entry;
    }

    private ServiceEntry One(string service)
    {
        var entries = Known(service);
        return entries.Length == 1 ? entries[0] : throw new AmbiguousServiceException(service, entries.Length);
    }

    private ServiceEntry[] Known(string service)
    {
        var entries = Matching(service);
        return entries.Length > 0 || service == ServiceMessage.All ? entries : throw ServiceName.Unknown(service, _entries.Keys);
    }

    private ServiceEntry[] Matching(string service)
    {
        if (service is null)
        {
            throw new UnknownServiceException("", "The name of the service is null. Name it, or use '*' for all.");
        }

        if (!ServiceName.IsPattern(service))
        {
            return _entries.TryGetValue(service, out var entry) ? [entry] : [];
        }

        var entries = _entries.Values.Where(entry => service == ServiceMessage.All || ServiceName.Fits(service, entry.Name)).ToArray();
        Array.Sort(entries, static (left, right) => left.Number.CompareTo(right.Number));
        return entries;
    }

    private void QueueForStop()
    {
        StopTurn? previous = null;
        foreach (var entry in _entries.Values.OrderByDescending(entry => entry.StartOrder).ThenByDescending(entry => entry.Number))
        {
            entry.Turn = new StopTurn();
            if (previous is null)
            {
                entry.Turn.Give();
            }
            else
            {
                previous.Next = entry.Turn;
            }

            previous = entry.Turn;
        }
    }

    internal static DuplicateServiceException Duplicate(string name) => new(
        name, $"There is a service '{name}' already. Give this one another name, or unregister the other first.");
}
