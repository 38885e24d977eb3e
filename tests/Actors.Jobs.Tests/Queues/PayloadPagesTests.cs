using Actors.Jobs.Queues;

namespace Actors.Jobs.Tests.Queues;

public sealed class PayloadPagesTests
{
    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void Every_payload_is_found_where_it_was_said_to_lie(int seed)
    {
        var random = new Random(seed);
        var pages = new PayloadPages();
        var nextRow = 17L;
        var added = new List<(byte[] Payload, long Row, int Offset)>();
        for (var i = 0; i < 500; i++)
        {
            var payload = new byte[random.Next(20) == 0 ? random.Next(3990, 9000) : random.Next(1, 600)];
            random.NextBytes(payload);
            var (row, offset) = pages.Add(payload, ref nextRow);
            added.Add((payload, row, offset));
        }

        var rows = pages.Finish().ToDictionary(row => row.Row, row => row.Bytes);
        rows.Keys.ShouldBe(Enumerable.Range(17, rows.Count).Select(row => (long)row));
        nextRow.ShouldBe(17 + rows.Count);
        added.Select(payload => payload.Row).ShouldBeInOrder();
        added.Count(a => rows[a.Row].Span.Slice(a.Offset, a.Payload.Length).SequenceEqual(a.Payload)).ShouldBe(added.Count);
        rows.Values.ShouldAllBe(row => row.Length <= PayloadPages.PageBytes || added.Any(a => a.Payload.Length == row.Length));
    }
}
