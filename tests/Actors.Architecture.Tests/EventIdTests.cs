using System.Reflection;
using Microsoft.Extensions.Logging;

namespace Actors.Architecture.Tests;

public sealed class EventIdTests
{
    private const BindingFlags Declared = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    [Fact]
    public void Each_event_of_the_log_has_an_id_of_its_own()
    {
        string[] twice =
        [
            .. Repository.Types.SelectMany(type => type.GetMethods(Declared))
                .Select(method => (Method: method, Event: method.GetCustomAttribute<LoggerMessageAttribute>()))
                .Where(one => one.Event is not null)
                .GroupBy(one => one.Event!.EventId) // Checked in the line before.
                .Where(sameId => sameId.Count() > 1)
                .Select(sameId => $"{sameId.Key}: {string.Join(", ", sameId.Select(one => one.Method.Name))}"),
        ];
        twice.ShouldBeNone("Who filters a log by id means one event. Take an id that was never used.");
    }
}
