using System.Reflection;
using System.Runtime.CompilerServices;

namespace Actors.Architecture.Tests;

public sealed class BlockingTests
{
    /// <summary>Methods that read a task without awaiting it. None of them waits: the task has completed.</summary>
    private static readonly Dictionary<string, string> MayRead = new()
    {
        ["Actors.ActorRefExtensions.PipeTo"] = "a continuation that runs when the task has completed",
        ["Actors.Cells.ActorCell.Observe"] = "the fast path of a hook that completed at once",
        ["Actors.Cells.ActorCell.Receive"] = "the fast path of a handler that completed at once",
        ["Actors.Cli.Program.Main"] = "what the compiler writes around an async Main: the thread of the process has nothing else to do",
        ["Actors.Jobs.Queues.QueueActor.LookUpNext"] = "a continuation that runs when the task has completed, and IsCompletedSuccessfully is checked",
        ["Actors.Jobs.Queues.QueueActor.OnForwardRead"] = "the message says that the read has ended, and EndForwardReading checks IsCompletedSuccessfully",
        ["Actors.Jobs.Queues.QueueActor.OnPayloadsRead"] = "the message says that the read has ended, and IsCompletedSuccessfully is checked",
        ["Actors.Persistence.JournalActor.OnResolved"] = "the message says that the read has ended, and IsCompletedSuccessfully is checked",
        ["Actors.Persistence.JournalActor.OnWritten"] = "the message says that the append has ended, and IsCompletedSuccessfully is checked",
        ["Actors.TestKit.TestSystemStart.Starting.ThrowIfFailed"] = "for an awaiter: called when the task has completed",
    };

    private static readonly Type[] Awaiters =
    [
        typeof(TaskAwaiter), typeof(TaskAwaiter<>), typeof(ValueTaskAwaiter), typeof(ValueTaskAwaiter<>),
        typeof(ConfiguredTaskAwaitable.ConfiguredTaskAwaiter), typeof(ConfiguredTaskAwaitable<>.ConfiguredTaskAwaiter),
        typeof(ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter), typeof(ConfiguredValueTaskAwaitable<>.ConfiguredValueTaskAwaiter),
    ];

    private static IReadOnlyList<string> Readers =>
    [
        .. Repository.Shipped.SelectMany(project => MethodCalls.In(project.Assembly))
            .Where(call => Blocks(call.Callee, call.IsAwait)).Select(call => call.Caller).Distinct(),
    ];

    [Fact]
    public void No_code_waits_for_a_task_without_awaiting_it() =>
        Readers.Except(MayRead.Keys)
            .ShouldBeNone("These use Result, Wait or GetAwaiter().GetResult(). Await; or, when the task has completed, add the method to MayRead.");

    [Fact]
    public void Every_exception_is_still_needed() =>
        MayRead.Keys.Except(Readers).ShouldBeNone("Remove these lines of MayRead.");

    private static bool Blocks(MethodBase callee, bool isAwait)
    {
        var type = callee.DeclaringType is { IsGenericType: true } generic ? generic.GetGenericTypeDefinition() : callee.DeclaringType;
        return type == typeof(Task) || type == typeof(Task<>) || type == typeof(ValueTask<>)
            ? callee.Name is "get_Result" or "Wait" or "WaitAll" or "WaitAny"
            : !isAwait && callee.Name == "GetResult" && Awaiters.Contains(type);
    }
}
