using System.Net;
using System.Text;

namespace Storefront.Tests;

/// <summary>What the pages of other sites can make a browser do.</summary>
public sealed class LocalRequestsTests(RunningShop shop) : IClassFixture<RunningShop>
{
    [Theory]
    [InlineData("127.0.0.1", HttpStatusCode.OK)]
    [InlineData("localhost:5080", HttpStatusCode.OK)]
    [InlineData("evil.example", HttpStatusCode.BadRequest)]
    public async Task Only_the_names_of_this_machine_are_answered(string host, HttpStatusCode expected)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/services");
        request.Headers.Host = host;

        (await shop.Client.SendAsync(request)).Status.ShouldBe(expected);
    }

    [Theory]
    [InlineData("Origin", "http://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task A_page_of_another_site_gives_no_commands(string header, string value)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/services/metrics/stop");
        request.Headers.Add(header, value);

        (await shop.Client.SendAsync(request)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await shop.Client.ServiceStateAsync("metrics")).ShouldBe("Running");
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("text/plain")]
    public async Task A_form_is_no_command(string contentType)
    {
        var content = new ByteArrayContent(Encoding.ASCII.GetBytes("a=b"));
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);

        var (status, _) = await shop.Client.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/services/metrics/stop") { Content = content });

        status.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        (await shop.Client.ServiceStateAsync("metrics")).ShouldBe("Running");
    }
}
