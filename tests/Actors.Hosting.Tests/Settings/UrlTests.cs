using System.Net;
using System.Net.Sockets;
using System.Text;
using Actors.Services;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Actors.Hosting.Tests.Settings;

/// <summary>URLs to check, as code and configuration say.</summary>
public sealed class UrlTests
{
    [Fact]
    public async Task A_url_of_the_configuration_alone_is_failing_until_somebody_answers_there()
    {
        // Bound, but not listening yet: nobody else gets the port, and whoever connects is refused.
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        server.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var url = $"http://{server.LocalEndPoint}/";
        using var host = TestHost.Create(_ => { }, $$"""
            actors.urls.bank { url = "{{url}}health?key=secret", interval = 20 ms, headers.X-Key = 7, contains = "all is well", restart.backoff { min = 10 ms, max = 10 ms } }
            """);
        await host.StartAsync(TestContext.Current.CancellationToken);
        var services = host.Services.GetRequiredService<IServices>();
        await TestHost.UntilAsync(async () => (await services.GetStatusAsync("bank")).State == ServiceState.Backoff, "nobody answers");
        (await services.GetStatusAsync("bank")).LastIncident!.Message.ShouldBe($"GET {url}health: Connection refused."); // It has failed.

        server.Listen();
        var answering = AnswerAsync(server);
        await TestHost.UntilAsync(async () => (await services.GetStatusAsync("bank")).IsReady, "the server answers");
        (await services.GetStatusAsync("bank")).Report.ShouldNotBeNull().ShouldStartWith("200 OK in ");
        await host.StopAsync(TestContext.Current.CancellationToken);
        server.Close();
        await answering;
    }

    [Fact]
    public void The_configuration_overrides_the_code()
    {
        using var host = TestHost.Create(
            actors => actors.AddUrl("bank", "http://bank.test/", check => check.Status = [200], options => options.Interval = TimeSpan.FromSeconds(7)),
            "actors.urls.bank { status = [204, 401], stop-timeout = 1 s }");

        var bank = host.Services.Settings().Services.Single();
        bank.Kind.ShouldBe(ServiceKind.Url);
        (bank.Options.Interval, bank.Options.StopTimeout, bank.Options.AwaitsReady).ShouldBe((TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(1), true));
    }

    [Fact]
    public void Faults_in_urls_are_told_with_all_others() => TestHost.Faults(
        actors => actors.AddService("loop", Bodies.ForEver),
        """
        actors.urls {
          a { url = "bank.example/health" }
          b { url = "http://x", status = [many] }
          c { intervall = 5 s }
          loop { url = "http://x" }
        }
        """).ShouldBe(
            [
                "test.conf:2:3: Service 'a': url = bank.example/health must begin with http:// or https://.",
                "test.conf:3:3: 'actors.urls.b.status' has 'many', but must be status codes such as [200, 204].",
                "test.conf:4:7: unknown key 'actors.urls.c.intervall'; did you mean 'interval'?",
                "test.conf:4:3: Service 'c': url is empty. Say what to check, such as https://example.com/health.",
                "URL 'loop' has the name of another service. Give one of the two another name.",
            ]);

    private static async Task AnswerAsync(Socket server)
    {
        while (true)
        {
            try
            {
                using var client = await server.AcceptAsync();
                await using var stream = new NetworkStream(client);
                using var reader = new StreamReader(stream, Encoding.ASCII);
                var hasKey = false;
                while (await reader.ReadLineAsync() is { Length: > 0 } line)
                {
                    hasKey |= line == "X-Key: 7";
                }

                var status = hasKey ? "200 OK" : "403 Forbidden";
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: 11\r\nConnection: close\r\n\r\nall is well"));
            }
            catch (IOException)
            {
                // The client has gone.
            }
            catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
            {
                return; // The server has been closed.
            }
        }
    }
}
