using Actors.TestKit;

namespace Actors.Tests.Lifecycle;

public sealed class ChildNameTests
{
    [Theory, OnEachDispatcher]
    public async Task A_child_without_a_name_is_found_by_the_one_that_was_made_for_it(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var parent = system.ActorOf(Puppet.Props());
        var children = new List<IActorRef>();
        for (var i = 0; i < 20; i++)
        {
            children.Add(await parent.SpawnAsync(Puppet.Props(), i % 3 == 0 ? $"named-{i}" : null));
        }

        await FindEachAsync(parent, children);
        children.Add(await parent.SpawnAsync(Puppet.Props()));
        children.Select(child => child.Path.Name).ShouldBeUnique();
        await FindEachAsync(parent, children);
    }

    [Theory, OnEachDispatcher]
    public async Task A_child_that_has_ended_is_not_found_by_its_made_name_and_the_name_is_not_made_again(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Props());
        var ending = await parent.SpawnAsync(Puppet.Props());
        var staying = await parent.SpawnAsync(Puppet.Props());
        await FindEachAsync(parent, [ending, staying]);
        probe.Watch(ending);
        ending.Tell(PoisonPill.Instance);
        await probe.ExpectAsync<Terminated>();
        (await FindAsync(parent, ending.Path.Name)).ShouldBeNull();
        var next = await parent.SpawnAsync(Puppet.Props());
        next.Path.Name.ShouldNotBe(ending.Path.Name);
        await FindEachAsync(parent, [staying, next]);
    }

    [Theory, OnEachDispatcher]
    public async Task A_permanent_child_without_a_name_keeps_the_one_that_was_made_for_it(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var probe = system.CreateProbe();
        var parent = system.ActorOf(Puppet.Props());
        var first = await parent.SpawnAsync(Puppet.Props(restartType: RestartType.Permanent));
        await FindEachAsync(parent, [first]);
        probe.Watch(first);
        first.Do(puppet => puppet.Context.Stop(puppet.Self));
        await probe.ExpectAsync<Terminated>();
        var next = await FindAsync(parent, first.Path.Name);
        next.ShouldNotBeNull().ShouldNotBe(first);
        next.Path.ShouldBe(first.Path);
    }

    [Theory, OnEachDispatcher]
    public async Task What_only_looks_like_a_made_name_finds_nobody(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var parent = system.ActorOf(Puppet.Props());
        var child = await parent.SpawnAsync(Puppet.Props());
        child.Path.Name.ShouldBe("$1");
        foreach (var name in (string[])["$", "$01", "$0", "$2", "$G", "1", "", "$ffffffffffffffffff", "$ 1", "$-1"])
        {
            (await FindAsync(parent, name)).ShouldBeNull(name);
        }
    }

    private static async Task FindEachAsync(IActorRef parent, IEnumerable<IActorRef> children)
    {
        foreach (var child in children)
        {
            (await FindAsync(parent, child.Path.Name)).ShouldBe(child);
        }
    }

    private static async Task<IActorRef?> FindAsync(IActorRef parent, string name)
    {
        var found = new TaskCompletionSource<IActorRef?>();
        parent.Do(puppet => found.SetResult(puppet.Context.Child(name)));
        return await found.Task;
    }
}
