using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Actors.TestKit;

namespace Actors.Persistence.Tests.Formats;

public sealed class StoredTypesTests
{
    [Theory, OnEachDispatcher]
    public async Task Events_are_stored_as_data_under_their_names_and_never_under_that_of_a_class(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var stores = Stores.For(system);
        var ledger = system.ActorOf(Ledger.Props());
        ledger.Do(l => l.PersistAll([new Ledger.Added(1), new Ledger.Added(2)], l.Apply));
        await ledger.GetAsync();
        Encoding.UTF8.GetString((await stores.Journal.ReadAsync("actor/ledger", 1, 1, default))[0].Events.Span).ShouldBe(
            """{"first":1,"last":2,"events":[{"name":"added","version":1,"data":{"value":1}},{"name":"added","version":1,"data":{"value":2}}]}""");
    }

    [Theory, OnEachDispatcher]
    public async Task The_nested_classes_of_a_closed_family_are_known_by_the_handler_of_their_base(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        Stores.For(system);
        var reports = system.CreateProbe();
        var script = new Ledger.Script { Construct = l => l.OnEvent<Family>(member => l.Report(member.ToString())) };
        var ledger = system.ActorOf(Ledger.Props(reports, script));
        ledger.Do(l => l.PersistAll(new Family[] { new Family.Born("Ann"), new Family.Moved(2) }, _ => { }));
        await ledger.GetAsync();
        await system.StopAsync(ledger);
        system.ActorOf(Ledger.Props(reports, script));
        await reports.ExpectReportsAsync("recovered", "Born { Name = Ann }", "Moved { House = 2 }", "recovered");
    }

    [Theory]
    [InlineData("added", 1, "{\"value\":1}", null)]
    [InlineData("gone", 1, "{}", "event 1 in its journal cannot be read: it has the name 'gone', which this program does not know. Declare Recover<T> for the class with [Event(\"gone\")]; if it was renamed, say so with Events.Rename(\"gone\", …); if it does not matter any more, with Events.Ignore(\"gone\"). Nothing was skipped.")]
    [InlineData("added", 2, "{\"value\":1}", "it is 'added' in version 2, and this program knows versions up to 1. Run the newer version of the program. Nothing was skipped.")]
    [InlineData("added", 1, "{\"value\":\"x\"}", "event 1 in its journal cannot be read: The JSON value could not be converted")]
    [InlineData("added", 1, "null", "the data of 'added' are null")]
    [InlineData("added", 0, "{}", "it lacks its name, version or data")]
    public async Task What_cannot_be_read_fails_recovery_with_the_actor_the_event_its_number_and_what_to_do(string name, int version, string data, string? expected)
    {
        await using var system = await TestSystem.StartAsync();
        await WriteAsync(Stores.For(system), (name, version, data));
        var reports = system.CreateProbe();
        system.ActorOf(Ledger.Props(reports), "reader");
        var report = await reports.ExpectAsync<string>();
        if (expected is null)
        {
            report.ShouldBe("recover 1");
        }
        else
        {
            report.ShouldStartWith("recovery failed: RecoveryFailureException: 'actors://test/user/reader' cannot recover 'ledger': event 1 ");
            report.ShouldContain(expected);
        }
    }

    [Fact]
    public async Task Older_versions_are_upgraded_step_by_step_renamed_ones_found_and_ignored_ones_passed_over()
    {
        await using var system = await TestSystem.StartAsync();
        var stores = Stores.For(system, options => options.Events
            .Add<Renamed>()
            .Rename("ancient", "old")
            .Rename("old", "renamed")
            .Ignore("noise")
            .Upgrade("renamed", 1, json => new JsonObject { ["first"] = json["name"]!.GetValue<string>() })
            .Upgrade("renamed", 2, json =>
            {
                json["last"] = "?";
                return json;
            }));
        await WriteAsync(
            stores,
            ("ancient", 1, """{"name":"Ann"}"""),
            ("noise", 7, """{"deep":{"er":[1,2,{}]}}"""),
            ("old", 2, """{"first":"Bob"}"""),
            ("renamed", 3, """{"first":"Cleo","last":"Day"}"""));
        var reports = system.CreateProbe();
        var script = new Ledger.Script { Construct = l => l.OnEvent<Renamed>(renamed => l.Report($"{l.LastSequenceNr} {renamed}")) };
        var ledger = system.ActorOf(Ledger.Props(reports, script));
        await reports.ExpectReportsAsync(
            "1 Renamed { First = Ann, Last = ? }", "3 Renamed { First = Bob, Last = ? }", "4 Renamed { First = Cleo, Last = Day }", "recovered");
        ledger.Do(l => l.Report($"{l.LastSequenceNr}"));
        await reports.ExpectAsync("4");
    }

    [Theory]
    [InlineData("renamed", 1, "{}", "it is 'renamed' in version 1, Renamed has version 3, and there is no upgrade from version 1. Add Events.Upgrade(\"renamed\", 1, …)")]
    [InlineData("renamed", 2, "[]", "the data of 'renamed' are no JSON object, which an upgrade needs")]
    [InlineData("renamed", 2, "{\"fails\":1}", "This one cannot be upgraded")]
    [InlineData("round", 1, "{}", "The renames of 'round' go in a circle")]
    public async Task An_upgrade_that_lacks_or_fails_fails_recovery(string name, int version, string data, string expected)
    {
        await using var system = await TestSystem.StartAsync();
        var stores = Stores.For(system, options => options.Events
            .Add<Renamed>()
            .Rename("round", "about")
            .Rename("about", "round")
            .Upgrade("renamed", 2, json => json.ContainsKey("fails") ? throw new InvalidOperationException("This one cannot be upgraded") : json));
        await WriteAsync(stores, (name, version, data));
        var reports = system.CreateProbe();
        system.ActorOf(Ledger.Props(reports, new Ledger.Script { Construct = l => l.OnEvent<Renamed>(_ => { }) }));
        (await reports.ExpectAsync<string>()).ShouldContain(expected);
    }

    [Fact]
    public async Task An_event_of_a_known_class_without_a_handler_in_this_actor_fails_recovery()
    {
        await using var system = await TestSystem.StartAsync();
        await WriteAsync(Stores.For(system, options => options.Events.Add<Renamed>()), ("renamed", 3, """{"first":"Ann","last":"Day"}"""));
        var reports = system.CreateProbe();
        system.ActorOf(Ledger.Props(reports));
        (await reports.ExpectAsync<string>()).ShouldEndWith("event 1 is a Renamed, and there is no handler for it. Declare Recover<Renamed>(…). Nothing was skipped.");
    }

    [Fact]
    public async Task Deep_data_are_read_as_they_were_written()
    {
        await using var system = await TestSystem.StartAsync();
        Stores.For(system);
        var reports = system.CreateProbe();
        var script = new Ledger.Script { Construct = l => l.OnEvent<Deep>(deep => l.Report($"depth {deep.Depth}")) };
        var ledger = system.ActorOf(Ledger.Props(reports, script));
        var deepest = Enumerable.Range(0, 60).Aggregate(new Deep(null), (inner, _) => new Deep(inner));
        ledger.Do(l => l.Persist(deepest, _ => { }));
        await ledger.GetAsync();
        await system.StopAsync(ledger);
        system.ActorOf(Ledger.Props(reports, script));
        await reports.ExpectReportsAsync("recovered", "depth 61", "recovered");
    }

    [Fact]
    public async Task Json_options_of_ones_own_are_used()
    {
        await using var system = await TestSystem.StartAsync();
        var stores = Stores.For(system, options =>
        {
            options.Events.Add<Ledger.Added>();
            options.Json = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.KebabCaseUpper };
        });
        var ledger = system.ActorOf(Ledger.Props());
        ledger.Do(l => l.Add(1));
        await ledger.GetAsync();
        Encoding.UTF8.GetString((await stores.Journal.ReadAsync("actor/ledger", 1, 1, default))[0].Events.Span).ShouldContain("""{"VALUE":1}""");
    }

    [Fact]
    public void Names_and_versions_are_checked_when_a_class_is_added()
    {
        Message(types => types.Add<Nameless>()).ShouldContain("Nameless has no [Event(\"…\")]");
        Message(types => types.Add<Empty>()).ShouldContain("must have 1 to 200 characters, but has 0");
        Message(types => types.Add<Zero>()).ShouldContain("must be 1 or more, but is 0");
        Message(types => types.Add<Renamed>().Add<Twin>()).ShouldContain("both have [Event(\"renamed\")]. A stored name belongs to one class");
        Message(types => types.Upgrade("renamed", 1, json => json).Upgrade("renamed", 1, json => json)).ShouldContain("Add each once");
        new PersistenceOptions().Events.Add<Renamed>().Add<Renamed>().ShouldNotBeNull();

        static string Message(Action<StoredTypes> add) => Should.Throw<StoredTypeException>(() => add(new PersistenceOptions().Events)).Message;
    }

    private static async Task WriteAsync(Stores stores, params (string Name, int Version, string Data)[] events)
    {
        var all = string.Join(',', events.Select(stored => $$"""{"name":"{{stored.Name}}","version":{{stored.Version}},"data":{{stored.Data}}}"""));
        var text = $$"""{"first":1,"last":{{events.Length}},"events":[{{all}}]}""";
        var writer = Guid.NewGuid();
        var opening = await stores.Journal.OpenAsync("actor/ledger", writer, 1, default);
        await stores.Journal.AppendAsync(
            [
                new Commit
                {
                    PersistenceId = "actor/ledger",
                    Term = opening.Term,
                    Writer = writer,
                    SequenceNumber = 1,
                    FormatVersion = 1,
                    Events = Encoding.UTF8.GetBytes(text),
                },
            ],
            default);
    }

    private abstract record Family
    {
        [Event("born")]
        public sealed record Born(string Name) : Family;

        [Event("moved")]
        public sealed record Moved(int House) : Family;
    }

    [Event("renamed", Version = 3)]
    private sealed record Renamed(string First, string Last);

    [Event("renamed")]
    private sealed record Twin;

    private sealed record Nameless;

    [Event("")]
    private sealed record Empty;

    [Event("zero", Version = 0)]
    private sealed record Zero;

    [Event("deep")]
    private sealed class Deep(Deep? inner)
    {
        public Deep? Inner { get; } = inner;

        public int Depth => 1 + (Inner?.Depth ?? 0);
    }
}
