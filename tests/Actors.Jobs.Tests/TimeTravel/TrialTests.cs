using Actors.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Actors.Jobs.Tests.TimeTravel;

// What follows is the example of docs/testing.md, word for word; a test compares them.
public sealed class TrialTests
{
    private readonly Outbox _outbox = new(); // An IMailer that keeps what it gets, and can be down.

    [Fact]
    public async Task Who_signs_up_is_greeted_and_asked_after_three_days()
    {
        await using var system = await TestSystem.StartAsync(seed: 1, AddQueues);

        await new SignUp(system.Jobs).AddAsync("ann@example.com");
        system.Queue("emails").ShouldHaveEnqueued(new SendEmail("ann@example.com", "welcome"));
        system.Queue("trials").ShouldHaveEnqueued<EndTrial>(job => job.User == "ann@example.com").Delay.ShouldBe(TimeSpan.FromDays(3));

        await system.AdvanceAsync(TimeSpan.FromDays(3));
        _outbox.Sent.ShouldBe(["welcome to ann@example.com", "how-was-it to ann@example.com"]);
    }

    [Fact]
    public async Task A_mail_is_sent_once_though_the_server_is_down_and_the_process_dies()
    {
        await using var system = await TestSystem.StartAsync(seed: 1, AddQueues);
        _outbox.IsDown = true;
        await new SignUp(system.Jobs).AddAsync("ann@example.com");
        await system.AdvanceAsync(TimeSpan.FromHours(2)); // The first 13 or 14 of 20 attempts.
        _outbox.Sent.ShouldBeEmpty();

        _outbox.IsDown = false;
        await system.CrashAsync(down: TimeSpan.FromDays(4)); // As kill -9: nothing of it runs again, not even a finally.
        await system.DrainAsync(); // What was due meanwhile runs at once.
        _outbox.Sent.ShouldBe(["welcome to ann@example.com", "how-was-it to ann@example.com"], ignoreOrder: true);
    }

    private void AddQueues(TestSystemBuilder test)
    {
        test.Services.AddSingleton<IMailer>(_outbox);
        test.AddQueue("emails", q => q.AddHandler<SendEmailHandler>())
            .AddQueue("trials", q => q.AddHandler<EndTrialHandler>());
    }
}
