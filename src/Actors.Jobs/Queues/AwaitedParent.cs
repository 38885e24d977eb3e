namespace Actors.Jobs.Queues;

/// <summary>What jobs of a queue wait for, and who they are.</summary>
/// <param name="queue">The queue that it was enqueued in.</param>
internal sealed class AwaitedParent(string queue)
{
    public string Queue { get; } = queue;

    /// <summary>The queue that is asked for it: another one when it was moved, or may have been.</summary>
    public string At { get; set; } = queue;

    /// <summary>The question that it was last asked for with: another answer that it is not there is of no interest any more.</summary>
    public long Question { get; set; }

    /// <summary>How often it has been sought everywhere in vain.</summary>
    public int Rounds { get; set; }

    /// <summary>Where else it may be and is still to be asked for; null while it is not sought.</summary>
    public Queue<string>? Places { get; set; }

    /// <summary>The jobs that wait, in the order in which they were enqueued; 0 where one does no more. Some may have ended meanwhile.</summary>
    public List<long> Children { get; } = [];

    /// <summary>How many of them do.</summary>
    public int Waiting { get; set; }

    /// <summary>How many news of it have not been told to all yet: those count the children by their places.</summary>
    public int Tellings { get; set; }

    /// <summary>Whether its queue, or the history, has been asked.</summary>
    public bool IsAsked { get; set; }

    /// <summary>Whether there is no queue of that name in this process: it may come with another version of the program.</summary>
    public bool HasNoQueue { get; set; }

    public void SeekAnew() => (Places, Rounds) = (null, 0);

    /// <summary>Whether a queue that was not there until now may have it: it was asked in vain, or is the first to ask.</summary>
    public bool MayBeIn(string name) => At == name || (Queue == name && (Places is not null || HasNoQueue));

    /// <summary>Until when it may be enqueued; 0 when it has been.</summary>
    public long PromisedUntilMs { get; set; }

    /// <summary>What its queue has said of it last, when it is another.</summary>
    public ParentNews? Last { get; set; }

    /// <summary>News that the children have not all been told yet.</summary>
    /// <param name="parent">Of what.</param>
    /// <param name="news">The news.</param>
    /// <param name="next">Who is told next: a place in <see cref="Children"/>.</param>
    /// <param name="end">The place before which the last is who is told.</param>
    internal sealed class Telling(AwaitedParent parent, ParentNews news, int next, int end)
    {
        public AwaitedParent Parent { get; } = parent;

        public ParentNews News { get; } = news;

        public int Next { get; set; } = next;

        public int End => Math.Min(end, Parent.Children.Count);
    }
}
