using Actors.TestKit;

namespace Actors.Tests.Mailboxes;

/// <summary>Random traffic into every kind of mailbox, compared with a model that is a plain list.</summary>
public sealed class MailboxModelTests
{
    private const int Seeds = 300;

    [Fact, Trait("rule", "MB-2")]
    public Task What_is_handled_and_what_is_dropped_is_what_the_model_says() => Simulation.RunAsync(RunAsync, Seeds);

    private static async Task RunAsync(SimulationRun run)
    {
        var hasPriority = run.Random.Next(2) == 0;
        var ranks = run.Random.Next(2) == 0 ? 3 : 1000;
        var capacity = run.Random.Next(4) == 0 ? MailboxOptions.Unlimited : run.Random.Next(1, 8);
        var overflow = (MailboxOverflow)run.Random.Next(3);
        var model = new Model(hasPriority, capacity, overflow);
        var options = (hasPriority, capacity) switch
        {
            (true, MailboxOptions.Unlimited) => MailboxOptions.Priority(Model.RankOf),
            (true, _) => MailboxOptions.Priority(Model.RankOf, capacity, overflow),
            (false, MailboxOptions.Unlimited) => MailboxOptions.Bounded(int.MaxValue, overflow),
            (false, _) => MailboxOptions.Bounded(capacity, overflow),
        };
        List<Item> handled = [];
        List<Item> dropped = [];
        var gate = new SemaphoreSlim(0);
        var listener = run.System.ActorOf(Puppet.Props(script: new Puppet.Script
        {
            Construct = puppet => puppet.On<DeadLetter>(letter => dropped.Add((Item)letter.Message)),
        }));
        run.System.System.EventStream.Subscribe<DeadLetter>(listener);
        var actor = run.System.ActorOf(Props.Create(() => new Stepper(handled, gate)) with { Mailbox = options });
        var next = 0;
        for (var step = 0; step < 200; step++)
        {
            if (run.Strikes(0.4))
            {
                gate.Release(); // Ends the handler that awaits, so that it takes the next.
                model.Take();
            }
            else
            {
                Item item = run.Strikes(0.15)
                    ? new Vital(++next, run.Random.Next(ranks))
                    : run.Strikes(0.3) ? new Question(++next, run.Random.Next(ranks)) : new Item(++next, run.Random.Next(ranks));
                model.Add(item);
                if (item is Question question)
                {
                    // Its failure is what the dead letter says too.
                    _ = actor.AskAsync(question, Timeout.InfiniteTimeSpan).ContinueWith(
                        static failed => failed.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                }
                else
                {
                    actor.Tell(item);
                }
            }

            await run.System.DrainAsync();
            dropped.ShouldBe(model.Dropped);
            handled.ShouldBe(model.Handled);
        }

        gate.Release(1000);
    }

    private record Item(int Number, int Rank);

    private sealed record Vital(int Number, int Rank) : Item(Number, Rank), INeverDropped;

    private sealed record Question(int Number, int Rank) : Item(Number, Rank), IRequest<bool>;

    /// <summary>The actor has one message in hand as soon as there is one, and takes the next when it is allowed to.</summary>
    private sealed class Model(bool hasPriority, int capacity, MailboxOverflow overflow)
    {
        private readonly List<Item> _waiting = [];
        private readonly List<Item> _outside = [];
        private int _allowed = 1;

        public List<Item> Handled { get; } = [];

        public List<Item> Dropped { get; } = [];

        public static int RankOf(object message) => ((Item)message).Rank;

        public void Take()
        {
            _allowed++;
            Run();
        }

        public void Add(Item item)
        {
            if (item is Vital || _waiting.Count(waiting => waiting is not Vital) < capacity)
            {
                _waiting.Add(item);
            }
            else if (overflow == MailboxOverflow.WaitAsker)
            {
                (item is Question ? _outside : Dropped).Add(item);
            }
            else
            {
                var candidates = _waiting.Where(waiting => waiting is not Vital).Append(item).ToList();
                var least = candidates.Where(candidate => Rank(candidate) == candidates.Max(Rank)).ToList();
                var victim = overflow == MailboxOverflow.DropOldest ? least[0] : least[^1];
                _waiting.Add(item);
                _waiting.Remove(victim);
                Dropped.Add(victim);
            }

            Run();
        }

        private void Run()
        {
            while (_allowed > 0 && _waiting.Count > 0)
            {
                _allowed--;
                var next = _waiting.MinBy(Rank)!; // The first of the least.
                _waiting.Remove(next);
                Handled.Add(next);
                if (next is not Vital && _outside.Count > 0)
                {
                    var entering = _outside.MinBy(Rank)!; // As above.
                    _outside.Remove(entering);
                    _waiting.Add(entering);
                }
            }
        }

        private int Rank(Item item) => hasPriority ? item.Rank : 0;
    }

    private sealed class Stepper(List<Item> handled, SemaphoreSlim gate) : ActorBase
    {
        protected override async ValueTask OnReceiveAsync(object message)
        {
            handled.Add((Item)message);
            await gate.WaitAsync();
        }
    }
}
