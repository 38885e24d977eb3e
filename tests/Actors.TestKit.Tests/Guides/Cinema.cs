using Actors.TestKit;

namespace Actors.TestKit.Tests.Guides;

// What follows is the example of docs/testing.md, word for word; a test compares them.
public sealed record Reserve(string Guest) : IRequest<bool>;

public sealed record Pay(string Guest) : IRequest<bool>;

/// <summary>Holds a seat for ten minutes, for whoever will pay for it.</summary>
public sealed class Cinema : ReceiveActor
{
    private readonly HashSet<string> _held = [];
    private readonly HashSet<string> _sold = [];

    public Cinema(int seats)
    {
        Receive<Reserve>(reserve =>
        {
            var isHeld = _held.Count + _sold.Count < seats && _held.Add(reserve.Guest);
            if (isHeld)
            {
                Context.Timers.StartSingle(reserve.Guest, new Release(reserve.Guest), TimeSpan.FromMinutes(10));
            }

            Sender.Tell(isHeld, Self);
        });
        Receive<Pay>(pay => Sender.Tell(_held.Remove(pay.Guest) && _sold.Add(pay.Guest), Self));
        Receive<Release>(release => _held.Remove(release.Guest));
    }

    private sealed record Release(string Guest);
}

public sealed class CinemaTests
{
    [Fact]
    public async Task A_seat_that_is_not_paid_for_is_free_after_ten_minutes()
    {
        await using var system = await TestSystem.StartAsync();
        var cinema = system.ActorOf(Props.Create(() => new Cinema(1)));
        (await cinema.AskAsync(new Reserve("Ann"))).ShouldBeTrue();
        (await cinema.AskAsync(new Reserve("Bob"))).ShouldBeFalse();
        await system.AdvanceAsync(TimeSpan.FromMinutes(10));
        (await cinema.AskAsync(new Reserve("Bob"))).ShouldBeTrue();
    }

    [Fact]
    public async Task In_any_order_no_more_seats_are_sold_than_there_are() =>
        await Simulation.RunAsync(run => SellAsync(run, faults: 0), seeds: 200);

    internal static async Task SellAsync(SimulationRun run, double faults)
    {
        var sold = 0;
        run.Invariant("no more seats are sold than there are", () => sold <= 2);
        run.Faults[FaultPoint.Handler] = faults;
        var cinema = run.System.ActorOf(Props.Create(() => new Cinema(2)));
        var visits = Enumerable.Range(1, 10).Select(VisitAsync).ToArray();
        await run.System.AdvanceAsync(TimeSpan.FromHours(1));
        await Task.WhenAll(visits);

        async Task VisitAsync(int guest)
        {
            await Task.Delay(TimeSpan.FromSeconds(run.Random.Next(10)), run.System.Time);
            try
            {
                if (await cinema.AskAsync(new Reserve($"guest {guest}")) && await cinema.AskAsync(new Pay($"guest {guest}")))
                {
                    sold++;
                }
            }
            catch (ActorException)
            {
                // The cinema has failed on it.
            }
        }
    }
}
