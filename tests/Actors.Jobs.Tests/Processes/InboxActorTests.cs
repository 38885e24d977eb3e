using Actors.Jobs.Processes;
using Actors.Jobs.Protos;
using Google.Protobuf;

namespace Actors.Jobs.Tests.Processes;

/// <summary>The post office of a process, with an inbox that goes wrong as told. In real time: what it waits for is outside any dispatcher.</summary>
public sealed class InboxActorTests : IAsyncLifetime
{
    private const long Self = 3;

    private readonly ScriptedInbox _inbox = new();
    private readonly ActorSystem _system = ActorSystem.Create("inbox");
    private readonly Mouth _queue = new();
    private IActorRef _actor = null!; // Made before every test.
    private IActorRef _queueActor = null!; // As above.

    public ValueTask InitializeAsync()
    {
        var (inbox, mouth) = (_inbox, _queue);
        _actor = _system.ActorOf(Props.Create(() => new InboxActor(inbox, Self, Self)), "inbox");
        _queueActor = _system.ActorOf(Props.Create(() => new Ear(mouth)), "queue");
        return default;
    }

    public async ValueTask DisposeAsync() => await _system.TerminateAsync();

    [Fact]
    public async Task A_deletion_that_fails_after_the_post_beside_it_has_failed_is_made_again()
    {
        await ReceiveAsync(2);
        var isFirst = true;
        var deleting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _inbox.BeforePost = () => isFirst ? throw new IOException("The disk is full.") : Task.CompletedTask;
        _inbox.BeforeDelete = () => isFirst ? deleting.Task : Task.CompletedTask;
        _actor.Tell(new InboxActor.Post(0, new InboxBody { Queue = "emails", Consume = new InboxConsume() }), _queueActor);
        _actor.Tell(new InboxActor.Taken([1, 2]), _queueActor);
        await Task.Delay(50); // The post has failed long before the deletion does. Were it not awaited, its failure would be nobody's.
        isFirst = false;
        deleting.SetException(new IOException("The disk is full."));
        await UntilAsync(() => _inbox.Deleted.Count == 2);
        _inbox.Ids.ShouldBe([3], "What was posted is there, and what was taken is not.");
    }

    [Fact]
    public async Task A_deletion_that_succeeds_beside_a_post_that_fails_is_not_made_again()
    {
        await ReceiveAsync(2);
        var posts = 0;
        _inbox.BeforePost = () => ++posts == 1 ? throw new IOException("The disk is full.") : Task.CompletedTask;
        _actor.Tell(new InboxActor.Post(0, new InboxBody { Queue = "emails", Consume = new InboxConsume() }), _queueActor);
        _actor.Tell(new InboxActor.Taken([1, 2]), _queueActor);
        await UntilAsync(() => _inbox.Ids is [3]);
        _inbox.Deleted.ShouldBe([1, 2]);
    }

    [Fact]
    public async Task What_was_taken_is_not_handed_out_again_while_its_deletion_is_tried()
    {
        await ReceiveAsync(2);
        var deletions = 0;
        _inbox.BeforeDelete = () => ++deletions <= 2 ? throw new IOException("The disk is full.") : Task.CompletedTask;
        _actor.Tell(new InboxActor.Taken([1, 2]), _queueActor);
        await UntilAsync(() => Volatile.Read(ref deletions) >= 1);
        _actor.Tell(new InboxActor.Attach("emails", _queueActor, new object()), _queueActor); // A new instance: everything is read from the beginning.
        await UntilAsync(() => _inbox.Deleted.Count == 2);
        _actor.Tell(InboxActor.ReadToEnd.Instance, _queueActor);
        await UntilAsync(() => _queue.Heard.OfType<InboxActor.EndReached>().Any());
        _queue.Heard.OfType<InboxActor.FromNode>().Select(row => row.Row).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task A_new_instance_of_a_queue_gets_what_the_old_one_has_not_taken_with_its_own_mark()
    {
        var old = await ReceiveAsync(3);
        _actor.Tell(new InboxActor.Taken([1]), _queueActor);
        var attachment = new object();
        _actor.Tell(new InboxActor.Attach("emails", _queueActor, attachment), _queueActor);
        await UntilAsync(() => _queue.Heard.OfType<InboxActor.FromNode>().Count() == 5);
        var rows = _queue.Heard.OfType<InboxActor.FromNode>().ToList();
        rows.Select(row => row.Row).ShouldBe([1, 2, 3, 2, 3]);
        rows.Take(3).ShouldAllBe(row => ReferenceEquals(row.Attachment, old));
        rows.Skip(3).ShouldAllBe(row => ReferenceEquals(row.Attachment, attachment));
    }

    [Fact]
    public async Task The_end_of_an_attempt_arrives_though_it_could_not_be_written_at_first_and_whoever_said_it_was_told_so()
    {
        var posts = 0;
        _inbox.BeforePost = () => ++posts == 1 ? throw new IOException("The disk is full.") : Task.CompletedTask;
        foreach (var number in new[] { 7, 8 })
        {
            var ended = new InboxBody { Queue = "emails", Ended = new InboxEnded { Ends = { new InboxEnd { Number = number, Grant = 1 } } } };
            _actor.Tell(new InboxActor.Post(InboxMessage.Owner, ended, number == 7 ? _queueActor : null, JobId.Create(TimeProvider.System, new Random(1))), _queueActor);
        }

        await UntilAsync(() => _inbox.Ids.Count > 0);
        _queue.Heard.OfType<Failure>().ShouldHaveSingleItem().Cause.ShouldBeOfType<JobOutcomeUnknownException>().Message.ShouldContain("It is not known whether the change of job");
        var rows = await _inbox.ReadAsync(InboxMessage.Owner, 0, int.MaxValue, default);
        rows.SelectMany(row => InboxBody.Parser.ParseFrom(row.Body.Span).Ended.Ends).Select(end => end.Number).Order().ShouldBe([7, 8]);
    }

    /// <summary>Lets a queue be handed so many messages.</summary>
    private async Task<object> ReceiveAsync(int messages)
    {
        var attachment = new object();
        _actor.Tell(new InboxActor.Attach("emails", _queueActor, attachment), _queueActor);
        var body = new InboxBody { Queue = "emails", Enqueue = new InboxEnqueue() }.ToByteArray();
        await _inbox.PostAsync([.. Enumerable.Range(0, messages).Select(_ => new InboxMessage(Self, 1, body))], default);
        await UntilAsync(() => _queue.Heard.OfType<InboxActor.FromNode>().Count() == messages);
        return attachment;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; !condition(); i++)
        {
            i.ShouldBeLessThan(6000);
            await Task.Delay(10);
        }
    }

    /// <summary>What a queue was told.</summary>
    private sealed class Mouth
    {
        private readonly Lock _lock = new();
        private readonly List<object> _heard = [];

        public IReadOnlyList<object> Heard
        {
            get
            {
                lock (_lock)
                {
                    return [.. _heard];
                }
            }
        }

        public void Add(object message)
        {
            lock (_lock)
            {
                _heard.Add(message);
            }
        }
    }

    private sealed class Ear(Mouth mouth) : ActorBase
    {
        protected override ValueTask OnReceiveAsync(object message)
        {
            mouth.Add(message);
            return default;
        }
    }
}
