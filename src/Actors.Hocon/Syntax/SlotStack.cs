namespace Actors.Hocon.Syntax;

/// <summary>The slots of one key over all merged objects. Almost always there is just one.</summary>
/// <remarks>Putting one stack over another takes one step however long they are: objects inherit in long chains.</remarks>
internal readonly struct SlotStack
{
    private readonly object? _content;

    public SlotStack(Slot single) => _content = single;

    private SlotStack(object content) => _content = content;

    public bool IsEmpty => _content is null;

    /// <summary>Both stacks, the stronger one on top.</summary>
    public static SlotStack Combine(SlotStack stronger, SlotStack weaker) =>
        stronger._content is null ? weaker
        : weaker._content is null ? stronger
        : new SlotStack((object)new Pair(stronger._content, weaker._content));

    /// <summary>Goes through the slots, the strongest first.</summary>
    public Enumerator GetEnumerator() => new(_content);

    internal struct Enumerator(object? content)
    {
        private object? _next = content;
        private Stack<object>? _weaker;
        private Slot? _current;

        public readonly Slot Current => _current ?? throw new InvalidOperationException("There is no current slot.");

        public bool MoveNext()
        {
            while (_next is Pair pair)
            {
                (_weaker ??= new Stack<object>()).Push(pair.Weaker);
                _next = pair.Stronger;
            }

            _current = _next as Slot;
            _next = _weaker is { Count: > 0 } ? _weaker.Pop() : null;
            return _current is not null;
        }
    }

    private sealed record Pair(object Stronger, object Weaker);
}
