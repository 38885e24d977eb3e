namespace Actors.Services.Running;

/// <summary>A service that is an actor: the actor is a child, and what it throws is a failure of the service.</summary>
internal sealed partial class ServiceActor
{
    private const string ChildName = "actor";

    /// <summary>Its own rules decide about a failure: the service's restart options.</summary>
    protected override SupervisorStrategy? SupervisorStrategy =>
        _entry?.Definition.Kind == ServiceKind.Actor ? new OneForOneStrategy(decider: OnChildFailed) : null;

    private void MakeActor(Incarnation incarnation)
    {
        if (Definition.ActorRecipe is not { } recipe)
        {
            return;
        }

        try
        {
            // An earlier one that was abandoned may still have the first name.
            var name = Context.Child(ChildName) is null ? ChildName : $"{ChildName}-{++Detour.Abandoned}";
            var body = new ActorBody(Context.ActorOf(recipe(incarnation.Context), name));
            Context.Watch(body.Actor);
            Detour.Actors.Add(body);
            incarnation.Actor = body;
        }
        catch (Exception thrown)
        {
            incarnation.Actor = new NoActorBody(thrown);
        }
    }

    private Directive OnChildFailed(Exception cause)
    {
        (_incarnation?.Actor as ActorBody)?.OnFailed(cause);
        return Directive.Stop;
    }

    private void OnChildEnded(IActorRef child)
    {
        if (_detour?.Actors.Find(body => body.Actor.Equals(child)) is { } ended)
        {
            _detour.Actors.Remove(ended);
            ended.OnEnded();
        }
    }

    /// <summary>Whoever has our address speaks to the actor behind it; while there is none, to nobody.</summary>
    private void Pass(object message)
    {
        if (_incarnation?.Actor is ActorBody body)
        {
            body.Actor.Forward(message, Context);
        }
        else
        {
            Unhandled(message);
        }
    }
}
