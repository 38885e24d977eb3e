using Actors.Jobs.Searching;

namespace Actors.Jobs.Tests.Searching;

public sealed class ErrorTextTests
{
    private const string First =
        """
        System.InvalidOperationException: The order 4711 of 'Ada Lovelace' is not in /var/lib/shop/orders-17.db (0195a0a0-1234-7abc-8def-0123456789ab)
         ---> System.TimeoutException: no answer after 30.5 s
           at Shop.Orders.<FindAsync>d__12.MoveNext() in /home/ada/shop/Orders.cs:line 120
           --- End of inner exception stack trace ---
           at Shop.Orders.Load(Int32 id) in /home/ada/shop/Orders.cs:line 44
           at Shop.Mails.Send()
           at Shop.Further.Away1()
        """;

    [Theory]
    [InlineData("4711", "12")]
    [InlineData("Ada Lovelace", "x y")]
    [InlineData("/var/lib/shop/orders-17.db", "C:\\data\\o.db")]
    [InlineData("0195a0a0-1234-7abc-8def-0123456789ab", "7195a0a0-0000-7abc-8def-000000000000")]
    [InlineData("30.5", "60")]
    [InlineData(":line 120", ":line 7")]
    [InlineData("/home/ada/shop/Orders.cs", "/build/Orders.cs")]
    [InlineData("d__12", "d__9")]
    [InlineData("Away1", "Away2")]
    public void What_differs_from_job_to_job_does_not_count(string text, string other)
    {
        First.ShouldContain(text);
        ErrorText.Fingerprint(First.Replace(text, other)).ShouldBe(ErrorText.Fingerprint(First));
    }

    [Theory]
    [InlineData("System.InvalidOperationException", "System.ArgumentException")]
    [InlineData("System.TimeoutException", "System.Net.Http2Exception")]
    [InlineData("is not in", "is twice in")]
    [InlineData("Orders.Load", "Orders.Save")]
    [InlineData("FindAsync", "SearchAsync")]
    public void What_makes_another_error_counts(string text, string other)
    {
        First.ShouldContain(text);
        ErrorText.Fingerprint(First.Replace(text, other)).ShouldNotBe(ErrorText.Fingerprint(First));
    }

    [Fact]
    public void A_fingerprint_is_stored_and_must_not_change()
    {
        ErrorText.Digits(ErrorText.Fingerprint("System.TimeoutException: no answer after 30 s")).ShouldBe("3edc7c02f64c0231");
        Mark.OfArg("customer.id", "42").ShouldBe(Mark.OfArg("Customer.Id", "42"));
        Mark.OfArg("customer.id", "42").ToString("x16").ShouldBe("b9789c0594eee7f5");
    }

    [Fact]
    public void Any_text_has_a_fingerprint()
    {
        foreach (var text in new[] { "", " ", "'", "\"\"", "at ", "\n\n", new string('x', 100_000), new string('\'', 5_000), "😀 0" })
        {
            ErrorText.Digits(ErrorText.Fingerprint(text)).Length.ShouldBe(16);
            ErrorText.Parse(ErrorText.Digits(ErrorText.Fingerprint(text))).ShouldBe(ErrorText.Fingerprint(text));
        }
    }
}
