using Actors.TestKit;

namespace Actors.Services.Tests.Commanding;

public sealed class BadInputTests
{
    [Theory, OnEachDispatcher]
    public async Task An_unknown_name_is_answered_with_the_known_and_the_nearest(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(Bodies.Idle("heartbeat"), Bodies.Idle("cache-warmer"));
        const string Expected = "There is no service 'hartbeat'. Did you mean 'heartbeat'? Known services: heartbeat, cache-warmer.";
        (await Expect.ThrowsAsync<UnknownServiceException>(services.StartAsync("hartbeat"))).Message.ShouldBe(Expected);
        (await Expect.ThrowsAsync<UnknownServiceException>(services.StopAsync("hartbeat"))).Message.ShouldBe(Expected);
        (await Expect.ThrowsAsync<UnknownServiceException>(services.RestartAsync("hartbeat"))).Message.ShouldBe(Expected);
        (await Expect.ThrowsAsync<UnknownServiceException>(services.UnregisterAsync("hartbeat"))).Message.ShouldBe(Expected);
        (await Expect.ThrowsAsync<UnknownServiceException>(services.GetIncidentsAsync("hartbeat"))).Message.ShouldBe(Expected);
        var status = await Expect.ThrowsAsync<UnknownServiceException>(services.GetStatusAsync("hartbeat"));
        status.Message.ShouldBe(Expected);
        status.Name.ShouldBe("hartbeat");
        (await services.GetServicesAsync("hartbeat")).ShouldBeEmpty("a question about a set may have an empty answer");
    }

    [Theory]
    [InlineData("Heartbeat", "Did you mean 'heartbeat'?")]
    [InlineData("hearbeats", "Did you mean 'heartbeat'?")]
    [InlineData("ehatrbeat", "Did you mean 'heartbeat'?")]
    [InlineData("emails", "There is no service 'emails'. Known services: heartbeat, worker-0,")]
    [InlineData("job-*", "No service fits 'job-*'. Known services: heartbeat, worker-0,")]
    [InlineData("worker-3?", "and 8 more.")]
    public async Task What_is_said_of_an_unknown_name(string name, string said)
    {
        await using var system = await TestSystem.StartAsync();
        var services = system.StartServices([Bodies.Idle("heartbeat"), .. Enumerable.Range(0, 19).Select(i => Bodies.Idle($"worker-{i}"))]);
        (await Expect.ThrowsAsync<UnknownServiceException>(services.StopAsync(name))).Message.ShouldContain(said);
    }

    [Theory, OnEachDispatcher]
    public async Task Without_services_an_unknown_name_says_so(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices();
        (await Expect.ThrowsAsync<UnknownServiceException>(services.StartAsync("a"))).Message.ShouldBe(
            "There is no service 'a'. No services are registered.");
        await Expect.ThrowsAsync<UnknownServiceException>(services.StartAsync(null!));
        await Expect.ThrowsAsync<UnknownServiceException>(services.StartAsync(""));
    }

    [Theory, OnEachDispatcher]
    public async Task A_pattern_where_one_service_is_meant_is_refused_if_it_fits_several(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        var services = system.StartServices(Bodies.Idle("worker-1"), Bodies.Idle("worker-2"), Bodies.Idle("web"));
        (await services.GetStatusAsync("we*")).Name.ShouldBe("web");
        var ambiguous = await Expect.ThrowsAsync<AmbiguousServiceException>(services.GetStatusAsync("worker-*"));
        ambiguous.Message.ShouldBe("'worker-*' fits 2 services, but GetStatus answers for one. Name it in full, or ask GetServices(\"worker-*\").");
    }

    [Theory, OnEachDispatcher]
    public async Task A_registration_without_a_definition_is_refused(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        await Expect.ThrowsAsync<ServiceDefinitionException>(system.StartServices().RegisterAsync(null!));
    }

    [Theory]
    [InlineData("", "the name is empty.")]
    [InlineData("a b", "the name has the illegal character ' ' at position 1. Use letters, digits, '-', '_' and '.'.")]
    [InlineData("worker-*", "the name has the illegal character '*' at position 7.")]
    [InlineData("a/b", "the name has the illegal character '/' at position 1.")]
    [InlineData("größe", "the name has the illegal character 'ö' at position 2.")]
    [InlineData("-a", "the name begins with '-'. Begin it with a letter or a digit.")]
    [InlineData("$a", "the name has the illegal character '$' at position 0.")]
    public void An_illegal_name_is_refused(string name, string fault) =>
        Should.Throw<ServiceDefinitionException>(() => Bodies.Idle(name)).Message.ShouldStartWith($"Service '{name}': {fault}");

    [Fact]
    public void A_name_that_is_too_long_is_refused() =>
        Should.Throw<ServiceDefinitionException>(() => Bodies.Idle(new string('a', 101))).Message.ShouldContain("101 characters; at most 100 are allowed");

    [Fact]
    public void A_service_without_a_body_is_refused()
    {
        ServiceDefinitionException[] refused =
        [
            Should.Throw<ServiceDefinitionException>(() => ServiceDefinition.Service("a", (Func<ServiceContext, IService>)null!)),
            Should.Throw<ServiceDefinitionException>(() => ServiceDefinition.Service("a", (Func<ServiceContext, CancellationToken, Task>)null!)),
            Should.Throw<ServiceDefinitionException>(
                () => ServiceDefinition.Tick("a", TimeSpan.FromSeconds(1), (Func<ServiceContext, CancellationToken, Task>)null!)),
            Should.Throw<ServiceDefinitionException>(() => ServiceDefinition.Tick("a", TimeSpan.FromSeconds(1), (Func<ServiceContext, ITick>)null!)),
            Should.Throw<ServiceDefinitionException>(() => ServiceDefinition.Polled("a", null!)),
        ];
        refused.ShouldAllBe(exception => exception.Message.StartsWith("Service 'a': it has no body. Give it a class that implements IService", StringComparison.Ordinal));
    }

    [Fact]
    public void All_faults_are_told_together()
    {
        var refused = Should.Throw<ServiceDefinitionException>(() => ServiceDefinition.Tick(
            "a b",
            TimeSpan.Zero,
            (Func<ServiceContext, CancellationToken, Task>)null!,
            new ServiceOptions
            {
                StopTimeout = TimeSpan.FromSeconds(-5),
                InitialDelay = TimeSpan.FromDays(46),
                IncidentLimit = 0,
                Pace = (TickPace)7,
                OnTickError = (TickErrorAction)7,
                RestartType = (RestartType)7,
                Restart = new RestartOptions { MaxRestarts = -1 },
            }));
        refused.Faults.Count.ShouldBe(10);
        refused.Message.ShouldStartWith("Service 'a b' has 10 faults: (1) the name has the illegal character ' ' at position 1.");
        refused.Faults.ShouldContain("stop-timeout = -5 s must be 0 to 45 days, or infinite.");
        refused.Faults.ShouldContain("interval = 0 s must be longer than 0 and at most 45 days.");
        refused.Faults.ShouldContain("initial-delay = 46 d must be 0 to 45 days.");
        refused.Faults.ShouldContain(fault => fault.StartsWith("restart: ", StringComparison.Ordinal) && fault.Contains("MaxRestarts", StringComparison.Ordinal));
    }

    [Fact]
    public void Settings_of_ticks_are_refused_for_a_service() =>
        Should.Throw<ServiceDefinitionException>(() => Bodies.Idle("a", new ServiceOptions { Interval = TimeSpan.FromSeconds(1) }))
            .Message.ShouldContain("interval, schedule, initial-delay, pace, concurrent-ticks and on-tick-error are for ticks and polled services");

    [Fact]
    public void Options_are_copied_when_the_service_is_defined()
    {
        var options = new ServiceOptions { Restart = Bodies.Exact(maxRestarts: 5) };
        var definition = Bodies.Idle("a", options);
        options.Restart.MaxRestarts = 6;
        options.StopTimeout = TimeSpan.Zero;
        definition.Options.Restart.MaxRestarts = 7;
        definition.Options.Restart.MaxRestarts.ShouldBe(5);
        definition.Options.StopTimeout.ShouldBe(TimeSpan.FromSeconds(10));
    }
}
