using Actors.TestKit;

namespace Actors.Jobs.Tests.Operating;

/// <summary>What cannot be meant gets a clear answer, and nothing is half done.</summary>
public sealed class BadInputTests
{
    [Theory, OnEachDispatcher]
    public async Task Arguments_of_ten_megabytes_are_refused_alone_and_among_others_and_nothing_is_enqueued(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, isConsumed: false);
        var large = new Work(new string('x', 10 * 1024 * 1024));
        var refused = await Expect.ThrowsAsync<JobTooLargeException>(() => host.Jobs.EnqueueAsync(large));
        (refused.Bytes, refused.Limit).ShouldBe((large.Text.Length + "{\"text\":\"\"}".Length, 1024 * 1024));
        refused.Message.ShouldContain("raise 'max-args-bytes'");
        await Expect.ThrowsAsync<JobTooLargeException>(() => host.Jobs.EnqueueManyAsync([new Work("a"), large, new Work("b")]));
        (await host.QueueAsync()).Waiting.ShouldBe(0);
        var id = await host.EnqueueAsync("small");
        await Expect.ThrowsAsync<JobTooLargeException>(() => host.Jobs.EditAsync(id, large));
        await Expect.ThrowsAsync<JobTooLargeException>(() => host.Jobs.EditArgsAsync(id, $"{{\"text\":\"{large.Text}\"}}"));
        await host.StartConsumingAsync();
        await host.ReachAsync(id, JobState.Succeeded);
        host.Script.Attempts.Single().Text.ShouldBe("small");
    }

    [Theory, OnEachDispatcher]
    public async Task A_delay_below_zero_or_two_rules_of_uniqueness_enqueue_nothing_also_among_others(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, isConsumed: false);
        var late = await Expect.ThrowsAsync<ArgumentOutOfRangeException>(() => host.EnqueueAsync(configure: o => o.Delay(TimeSpan.FromSeconds(-1))));
        late.ParamName.ShouldBe("delay");
        await Expect.ThrowsAsync<ArgumentOutOfRangeException>(() => host.Jobs.EnqueueManyAsync([new Work("a"), new Work("b")], o => o.Delay(TimeSpan.FromTicks(-1))));
        var twice = await Expect.ThrowsAsync<ArgumentException>(() => host.EnqueueAsync(configure: o => o.Unique().Unique(new UniqueRule { OnConflict = UniqueConflict.Reject })));
        twice.Message.ShouldStartWith("A job has one rule of uniqueness, but this enqueue gives two. Leave one of them out.");
        var queue = await host.QueueAsync();
        (queue.Waiting, queue.Scheduled).ShouldBe((0, 0));
        (await host.StateAsync(await host.EnqueueAsync(configure: o => o.Delay(TimeSpan.Zero)))).ShouldBe(JobState.Waiting, "A delay of nothing is none.");
    }

    [Theory, OnEachDispatcher]
    public async Task Arguments_as_text_that_do_not_fit_their_job_leave_it_as_it_was(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, isConsumed: false);
        var id = await host.EnqueueAsync("small");
        foreach (var args in new[] { "", "null", "[]", "17", "{\"text\":{}}", "{\"text\":", "{\"text\":\"x\"} and more" })
        {
            var refused = await Expect.ThrowsAsync<JobRefusedException>(() => host.Jobs.EditArgsAsync(id, args));
            refused.Message.ShouldContain("The arguments do not fit a 'work'", customMessage: args);
        }

        (await host.Jobs.EditArgsAsync(id, "{\"text\":\"corrected\",\"unknown\":1}")).State.ShouldBe(JobState.Waiting);
        await host.StartConsumingAsync();
        await host.ReachAsync(id, JobState.Succeeded);
        host.Script.Attempts.Single().Text.ShouldBe("corrected");
    }

    [Theory, OnEachDispatcher]
    public async Task A_queue_that_is_not_there_is_named_with_what_may_have_been_meant(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var host = await JobHost.StartAsync(system, isConsumed: false);
        (await Expect.ThrowsAsync<UnknownQueueException>(() => host.Jobs.PauseAsync("secnod"))).Message.ShouldStartWith("There is no queue 'secnod'. Did you mean 'second'?");
        (await Expect.ThrowsAsync<UnknownQueueException>(() => host.Jobs.EnqueueAsync(new Work(), o => o.Queue("Default")))).Message.ShouldContain("Did you mean 'default'?");
        (await Expect.ThrowsAsync<UnknownQueueException>(() => host.Jobs.ResumeAsync("payments"))).Message.ShouldNotContain("Did you mean");
    }
}
