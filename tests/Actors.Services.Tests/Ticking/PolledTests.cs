using Actors.TestKit;

namespace Actors.Services.Tests.Ticking;

public sealed class PolledTests
{
    [Theory, OnEachDispatcher]
    public async Task A_polled_service_asks_every_5_seconds_and_runs_when_it_can(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var diary = new Diary(system);
        var answers = new Queue<bool>([true, false, true, false]);
        var services = system.StartServices(ServiceDefinition.Polled("messenger", _ => new Messenger(diary, answers)));
        await system.AdvanceAsync(TimeSpan.FromSeconds(17));
        diary.SecondsOf("asked").ShouldBe([0, 5, 10, 15]);
        diary.SecondsOf("ran").ShouldBe([0, 10]);
        (await services.GetStatusAsync("messenger")).Kind.ShouldBe(ServiceKind.Polled);
    }

    [Theory, OnEachDispatcher]
    public async Task A_question_that_throws_is_a_failure(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(ServiceDefinition.Polled("messenger", _ => new Messenger(new Diary(system), [])));
        await system.DrainAsync();
        (await services.GetStatusAsync("messenger")).State.ShouldBe(ServiceState.Backoff);
    }

    private sealed class Messenger(Diary diary, Queue<bool> answers) : IPolledService
    {
        public Task<bool> CanRunAsync(ServiceContext context, CancellationToken cancellationToken)
        {
            diary.Note("asked");
            return Task.FromResult(answers.Dequeue());
        }

        public Task RunAsync(ServiceContext context, CancellationToken cancellationToken)
        {
            diary.Note("ran");
            return Task.CompletedTask;
        }
    }
}
