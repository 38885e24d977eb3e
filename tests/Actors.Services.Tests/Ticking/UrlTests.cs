using System.Net;
using System.Text;
using Actors.TestKit;

namespace Actors.Services.Tests.Ticking;

/// <summary>URLs that are checked again and again.</summary>
public sealed class UrlTests
{
    [Theory, OnEachDispatcher]
    public async Task A_url_is_healthy_then_failing_then_healthy_again(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        using var bank = new Bank();
        var services = system.StartServices(
            ServiceDefinition.Url("bank", new UrlOptions { Url = "http://user:secret@bank.test/health?key=secret", Handler = bank }, Options()),
            Bodies.Idle("shop", new ServiceOptions { DependsOn = ["bank"] }));
        await system.AdvanceAsync(TimeSpan.FromSeconds(90));

        var healthy = await services.GetStatusAsync("bank");
        healthy.Kind.ShouldBe(ServiceKind.Url);
        healthy.IsReady.ShouldBeTrue();
        healthy.Report.ShouldBe("200 OK in 0 s, looked at 2026-01-01 00:01:00Z");
        bank.Count.ShouldBe(2);
        (await services.GetStatusAsync("shop")).State.ShouldBe(ServiceState.Running);

        bank.Status = HttpStatusCode.ServiceUnavailable;
        await system.AdvanceAsync(TimeSpan.FromSeconds(32)); // Checked at 120 s, and at 121 s.
        (await services.GetStatusAsync("bank")).ToString().ShouldBe(
            "bank: Backoff for 1 s (since 2026-01-01 00:02:01Z), restart 2 in 1 s (at 2026-01-01 00:02:03Z). Last incident: 2026-01-01 00:02:01Z " +
            "Actors.Services.UrlCheckException: GET http://bank.test/health: answered 503 Service Unavailable, expected 200 to 299. [restart 2 after 2 s, no limit]");

        bank.Status = HttpStatusCode.NoContent;
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await services.GetStatusAsync("bank")).State.ShouldBe(ServiceState.Running);
        (await services.GetStatusAsync("bank")).IsReady.ShouldBeTrue();
    }

    [Theory, OnEachDispatcher]
    public async Task What_is_healthy_can_be_said(TestDispatcher dispatcher, int seed)
    {
        await using var system = await TestSystem.StartAsync(seed, dispatcher);
        using var bank = new Bank { Status = HttpStatusCode.Unauthorized, Body = "who are you?" };
        UrlOptions Check(Action<UrlOptions> change)
        {
            var options = new UrlOptions { Url = "http://bank.test/health", Handler = bank };
            change(options);
            return options;
        }

        var services = system.StartServices(
            ServiceDefinition.Url("status", Check(check => check.Status = [401]), Options()),
            ServiceDefinition.Url("other-status", Check(check => check.Status = [200, 204]), Options()),
            ServiceDefinition.Url("text", Check(check => (check.Status, check.Contains) = ([401], "are you")), Options()),
            ServiceDefinition.Url("other-text", Check(check => (check.Status, check.Contains) = ([401], "welcome")), Options()),
            ServiceDefinition.Url("headers", Check(check => (check.Status, check.Headers["X-Key"]) = ([200], "7")), Options()));
        await system.DrainAsync();

        (await services.GetStatusAsync("status")).IsReady.ShouldBeTrue();
        (await services.GetStatusAsync("other-status")).LastIncident!.Message.ShouldEndWith("answered 401 Unauthorized, expected 200, 204.");
        (await services.GetStatusAsync("text")).IsReady.ShouldBeTrue();
        (await services.GetStatusAsync("other-text")).LastIncident!.Message.ShouldEndWith("answered 401 Unauthorized without the text 'welcome'.");
        (await services.GetStatusAsync("headers")).IsReady.ShouldBeTrue();
    }

    [Fact]
    public async Task A_url_that_does_not_answer_is_failing_after_its_timeout()
    {
        await using var system = await TestSystem.StartAsync(1, TestDispatcher.Threads);
        using var bank = new Bank { Hangs = true };
        var services = system.StartServices(ServiceDefinition.Url("bank", new UrlOptions { Url = "http://bank.test/", Handler = bank, Timeout = TimeSpan.FromSeconds(3) }, Options()));
        await system.DrainAsync();
        (await services.GetStatusAsync("bank")).NotReadyBecause.ShouldBe("its first check is not over yet");
        await system.AdvanceAsync(TimeSpan.FromSeconds(3.5));

        // A request that is cancelled ends where the system does not see it.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await services.GetStatusAsync("bank")).State != ServiceState.Backoff)
        {
            patience.IsCancellationRequested.ShouldBeFalse();
            await Task.Delay(5, CancellationToken.None);
        }

        (await services.GetStatusAsync("bank")).LastIncident!.Message.ShouldBe("GET http://bank.test/: no answer within 3 s (timeout).");
        await system.AdvanceAsync(TimeSpan.FromSeconds(1));
        (await services.GetStatusAsync("bank")).State.ShouldBe(ServiceState.Running);
        (await services.StopAsync("bank").WaitAsync(TimeSpan.FromSeconds(60)))[0].State.ShouldBe(ServiceState.Stopped, "a check that is on its way is cancelled by a stop");
    }

    [Fact]
    public void Urls_that_make_no_sense_are_refused_with_all_faults() => Should.Throw<ServiceDefinitionException>(
        () => ServiceDefinition.Url("a", new UrlOptions { Url = "ftp://x", Timeout = TimeSpan.Zero, Status = [7] })).Faults.ShouldBe(
            ["url = ftp://x must begin with http:// or https://.", "timeout = 0 s must be longer than 0 and at most 45 days.", "status must be codes of 100 to 599."]);

    private static ServiceOptions Options() => new() { AwaitsReady = true, Restart = Bodies.Exact() };

    /// <summary>Answers at once, without a network.</summary>
    private sealed class Bank : HttpMessageHandler
    {
        private int _count;

        public HttpStatusCode Status { get; set; } = HttpStatusCode.OK;

        public string Body { get; set; } = "fine";

        public bool Hangs { get; set; }

        public int Count => _count;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _count);
            if (Hangs)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }

            return new HttpResponseMessage(request.Headers.Contains("X-Key") ? HttpStatusCode.OK : Status) { Content = new StringContent(Body, Encoding.UTF8) };
        }
    }
}
