using Actors.Jobs.Types;
using Actors.Persistence;
using Actors.TestKit;

namespace Actors.Jobs.Tests;

/// <summary>Keys and tags of jobs: given, read from the arguments, kept.</summary>
public sealed class KeyTests
{
    [Theory, OnEachDispatcher]
    public async Task A_job_keeps_its_key_and_tags_through_a_restart(TestDispatcher dispatcher, int seed)
    {
        var (journal, history) = (new InMemoryJournal(), new InMemoryHistory());
        JobId keyed, plain;
        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var host = await JobHost.StartAsync(system, journal: journal, history: history, isConsumed: false);
            keyed = await host.EnqueueAsync("a", o => o.Key("customer 7").Tag("urgent", "mail").Tag("mail"));
            plain = await host.EnqueueAsync("b");
        }

        await using (var system = await TestSystem.StartAsync(seed, dispatcher))
        {
            var host = await JobHost.StartAsync(system, journal: journal, history: history, isConsumed: false);
            var status = await host.Jobs.GetAsync(keyed);
            status.Key.ShouldBe("customer 7");
            status.Tags.ShouldBe(["urgent", "mail"]);
            status = await host.Jobs.GetAsync(plain);
            status.Key.ShouldBeNull();
            status.Tags.ShouldBeEmpty();
        }
    }

    [Theory]
    [InlineData("""{"tenant":"a"}""", "tenant", "a")]
    [InlineData("""{"tenant":"a"}""", "Tenant", "a")]
    [InlineData("""{"x":[{"tenant":1}],"tenant":7.50}""", "tenant", "7.50")]
    [InlineData("""{"x":{"y":{"z":true}}}""", "x.y.z", "true")]
    [InlineData("""{"x":{"y":{"z":null}}}""", "x.y.z", null)]
    [InlineData("""{"x":{"y":[1]}}""", "x.y", null)]
    [InlineData("""{"x":1}""", "x.y", null)]
    [InlineData("""{"x":1}""", "y", null)]
    [InlineData("[1]", "y", null)]
    [InlineData("""{"ten\u0061nt":"\u00e9"}""", "tenant", "é")]
    public void A_key_is_read_from_the_arguments(string json, string path, string? key) =>
        ArgsPath.Read(System.Text.Encoding.UTF8.GetBytes(json), path).ShouldBe(key);

    [Fact]
    public void Keys_and_tags_that_are_too_long_or_too_many_are_refused()
    {
        Should.Throw<ArgumentException>(() => new EnqueueOptions().Key(" "));
        Should.Throw<ArgumentException>(() => new EnqueueOptions().Key(new string('k', 201))).Message.ShouldContain("has 201 characters, but at most 200 are possible");
        Should.Throw<ArgumentException>(() => new EnqueueOptions().Tag(new string('t', 101)));
        Should.Throw<ArgumentException>(() => new EnqueueOptions().Tag(Enumerable.Range(0, 21).Select(n => $"{n}"))).Message.ShouldContain("at most 20 tags");
    }
}
