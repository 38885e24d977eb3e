using System.Globalization;
using Actors.TestKit;
using Microsoft.Extensions.Logging;

namespace Actors.Tests.Model;

/// <summary>
/// The kernel against its reference model: random trees, random failures, and who runs, which incarnation it is, who stopped, in which order and
/// when. More seeds by command: <c>ACTORS_SEEDS=10000 dotnet run --project tests/Actors.Tests -- --filter-class *SupervisionModelTests</c>.
/// </summary>
public sealed class SupervisionModelTests
{
    private const int Seeds = 300;
    private const int Actions = 40;

    [Fact, Trait("rule", "SUP-1"), Trait("rule", "LIM-3"), Trait("rule", "OTP-1"), Trait("rule", "OTP-2"), Trait("rule", "OTP-3"), Trait("rule", "OTP-4"), Trait("rule", "OTP-5"), Trait("rule", "OTP-7")]
    public Task The_kernel_does_what_the_model_says() =>
        Simulation.RunAsync(
            run => RunAsync(run, Tree(run.Seed)), Seeds, configure: options => options.UserStrategy = ModelWorld.ToStrategy(Tree(options.Seed!.Value).Strategy));

    private static NodeSpec Tree(int seed) => NodeSpec.Random(new Random(seed));

    private static async Task RunAsync(SimulationRun run, NodeSpec spec)
    {
        var world = new ModelWorld(run);
        var model = new SupervisionModel(spec);
        foreach (var child in spec.Children)
        {
            run.System.ActorOf(ModelActor.Props(child, world), child.Name);
        }

        var history = new List<string>();
        await CompareAsync(run, world, model, history);
        for (var i = 0; i < Actions && !model.IsAmbiguous; i++)
        {
            if (run.Strikes(0.4))
            {
                var by = TimeSpan.FromTicks(run.Random.NextInt64(1, (run.Strikes(0.2) ? 60 : 4) * TimeSpan.TicksPerSecond));
                history.Add($"advance {by.TotalSeconds:0.0000000}");
                await run.System.AdvanceAsync(by);
                model.Advance(by);
            }
            else
            {
                await ActAsync(run, model, history);
                await run.System.DrainAsync();
            }

            await CompareAsync(run, world, model, history);
        }

        if (model.IsAmbiguous)
        {
            return;
        }

        // When all delays have passed, whoever is there works.
        await run.System.AdvanceAsync(TimeSpan.FromHours(1));
        model.Advance(TimeSpan.FromHours(1));
        await CompareAsync(run, world, model, history);
        foreach (var node in model.Nodes.Where(node => node.Handles))
        {
            var answer = (await FindAsync(run, node)).AskAsync(new ModelActor.Ping());
            await run.System.DrainAsync();
            answer.IsCompletedSuccessfully.ShouldBeTrue($"{node.Path} does not answer\n{string.Join('\n', history)}");
        }

        run.System.Log.Entries.ShouldNotContain(entry => entry.Level == LogLevel.Critical);
    }

    private static async Task ActAsync(SimulationRun run, SupervisionModel model, List<string> history)
    {
        var nodes = model.Nodes.ToArray();
        if (nodes.Length == 0)
        {
            return;
        }

        var node = nodes[run.Random.Next(nodes.Length)];
        var actor = await FindAsync(run, node);
        var kind = NodeSpec.Failures[run.Random.Next(NodeSpec.Failures.Length)];
        switch (run.Random.Next(10))
        {
            case < 6 when node.Handles:
                history.Add($"{node.Path} fails {kind}");
                actor.Tell(kind == "kill" ? Kill.Instance : new ModelActor.Fail(kind));
                model.Fail(node, kind);
                break;
            case 6 or 7 when node.Handles:
                history.Add($"{node.Path} ends by itself");
                actor.Tell(PoisonPill.Instance);
                model.EndByItself(node);
                break;
            case 8 when node.Parent!.Handles && node.Parent.Parent is not null:
                history.Add($"{node.Path} is restarted by its parent");
                (await FindAsync(run, node.Parent)).Tell(new ModelActor.RestartChild(actor));
                model.Restart(node);
                break;
            case 9:
                history.Add($"{node.Path} is stopped by the system");
                run.System.System.Stop(actor);
                model.Stop(node);
                break;
        }
    }

    private static async Task CompareAsync(SimulationRun run, ModelWorld world, SupervisionModel model, List<string> history)
    {
        await run.System.DrainAsync();
        var expected = model.TakeEvents();
        var actual = world.TakeEvents();
        var tree = await DescribeAsync(run.System.System.User);
        var difference = Difference(model, expected, actual) ?? Difference(model.Nodes.Select(Describe), tree);
        history.AddRange(actual.Select(one => "    " + one));
        if (difference is not null && !model.IsAmbiguous)
        {
            Assert.Fail(
                $"{difference}\n--- the tree\n{DescribeSpec(model.Root.Spec, "")}\n--- what happened\n{string.Join('\n', history)}" +
                $"\n--- the model says\n{string.Join('\n', expected)}\n--- the tree by the model\n{string.Join('\n', model.Nodes.Select(Describe))}\n--- and by the kernel\n{string.Join('\n', tree)}");
        }
    }

    /// <summary>The same events at the same times, and in the same order where there is one.</summary>
    private static string? Difference(SupervisionModel model, IReadOnlyList<ModelEvent> expected, IReadOnlyList<ModelEvent> actual)
    {
        var sorted = Difference(expected.Select(one => one.ToString()).Order(StringComparer.Ordinal), [.. actual.Select(one => one.ToString()).Order(StringComparer.Ordinal)]);
        if (sorted is not null)
        {
            return sorted;
        }

        // The n-th event of a kind at a node is the same on both sides; find where the kernel had it.
        var places = actual.Select((one, place) => (one, place)).GroupBy(pair => pair.one).ToDictionary(group => group.Key, group => new Queue<int>(group.Select(pair => pair.place)));
        var order = expected.Select(one => (one, Place: places[one].Dequeue())).ToArray();
        for (var i = 0; i < order.Length; i++)
        {
            for (var j = i + 1; j < order.Length; j++)
            {
                if (order[i].Place > order[j].Place && IsOrdered(model, order[i].one, order[j].one))
                {
                    return $"'{order[i].one}' comes before '{order[j].one}' in the model, and after it in the kernel";
                }
            }
        }

        return null;
    }

    private static bool IsOrdered(SupervisionModel model, ModelEvent first, ModelEvent second)
    {
        if (first.Path == second.Path || IsBelow(second.Path, first.Path))
        {
            return true;
        }

        if (IsBelow(first.Path, second.Path))
        {
            return first.What != ModelEvent.Start; // A child that has just been made may begin when its parent is ending already.
        }

        var parent = first.Path[..first.Path.LastIndexOf('/')];
        if (parent != second.Path[..second.Path.LastIndexOf('/')] || first.What == ModelEvent.Start || second.What == ModelEvent.Start)
        {
            return false; // Nothing says how branches of the tree take turns, nor new siblings.
        }

        var strategy = SpecOf(model.Root.Spec, parent).Strategy;
        return strategy.Order == StopOrder.Reverse &&
            (strategy.Scope != Scope.One || (first.What != ModelEvent.Restart && second.What != ModelEvent.Restart));
    }

    private static bool IsBelow(string path, string other) => path.StartsWith(other + "/", StringComparison.Ordinal);

    private static NodeSpec SpecOf(NodeSpec root, string path) =>
        path.Split('/', StringSplitOptions.RemoveEmptyEntries).Skip(1).Aggregate(root, (spec, name) => spec.Children.Single(child => child.Name == name));

    private static string? Difference(IEnumerable<string> expected, IReadOnlyList<string> actual)
    {
        var wanted = expected.ToList();
        for (var i = 0; i < Math.Max(wanted.Count, actual.Count); i++)
        {
            var left = i < wanted.Count ? wanted[i] : "nothing";
            var right = i < actual.Count ? actual[i] : "nothing";
            if (left != right)
            {
                return $"the model says '{left}', the kernel '{right}'";
            }
        }

        return null;
    }

    private static async Task<IActorRef> FindAsync(SimulationRun run, SupervisionModel.Node node)
    {
        if (node.Parent is null)
        {
            return run.System.System.User;
        }

        var siblings = await (await FindAsync(run, node.Parent)).AskAsync(new GetChildren());
        return siblings.Single(status => status.Actor.Path.Name == node.Spec.Name).Actor;
    }

    private static async Task<List<string>> DescribeAsync(IActorRef supervisor)
    {
        var lines = new List<string>();
        foreach (var status in await supervisor.AskAsync(new GetChildren()))
        {
            lines.Add(Describe(status.Actor.Path.Local, status.State, status.Restarts, status.Since - VirtualTime.DefaultStart));
            try
            {
                lines.AddRange(await DescribeAsync(status.Actor));
            }
            catch (ActorNotFoundException)
            {
                // It waits for its next incarnation.
            }
        }

        return lines;
    }

    private static string Describe(SupervisionModel.Node node) => Describe(node.Path, node.Status, node.Restarts, node.Since);

    private static string Describe(string path, ChildState state, int restarts, TimeSpan since) => string.Create(
        CultureInfo.InvariantCulture, $"{path} {state} restarts {restarts}{(state == ChildState.Running ? $" since {since.TotalSeconds:0.0000000}" : "")}");

    private static string DescribeSpec(NodeSpec spec, string indent)
    {
        var strategy = spec.Strategy;
        return $"{indent}{spec.Name} {spec.Type}{(spec.IsSignificant ? " significant" : "")}{(spec.KeepsChildren ? " keeps" : "")} fails at {string.Join(',', spec.FailingRestarts)}: " +
            $"{strategy.Scope} {strategy.Order} {strategy.AutoShutdown} max {strategy.MaxRestarts} in {strategy.Window?.TotalSeconds} then {strategy.OnExhausted} {strategy.Delays} " +
            $"{string.Join(' ', strategy.Directives.Select(pair => $"{pair.Key}={pair.Value}"))}\n" +
            string.Concat(spec.Children.Select(child => DescribeSpec(child, indent + "  ")));
    }
}
