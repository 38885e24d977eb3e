namespace Actors.Sql.Tests;

public sealed class SqliteStoreOptionsTests
{
    [Theory]
    [InlineData("Data Source=shop.db")]
    [InlineData("datasource=shop.db;")]
    [InlineData("Filename=\"shop.db\"")]
    [InlineData("shop.db")]
    public void The_file_is_read_from_a_connection_string_or_a_bare_path(string text)
    {
        var options = SqliteStoreOptions.Parse(text);
        options.Path.ShouldBe("shop.db");
        options.MustExist.ShouldBeFalse();
        options.BusyTimeout.ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Mode_and_timeout_are_read()
    {
        var options = SqliteStoreOptions.Parse("Data Source=shop.db;Mode=ReadWrite;Default Timeout=5");
        options.MustExist.ShouldBeTrue();
        options.BusyTimeout.ShouldBe(TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("Data Source=shop.db;Cache=Shared", "'cache'")]
    [InlineData("Data Source=shop.db;Password=secret", "'password'")]
    [InlineData("Data Sorce=shop.db", "'data sorce'")]
    [InlineData("Data Source=shop.db;Mode=ReadOnly", "Mode=ReadOnly")]
    [InlineData("Data Source=shop.db;Default Timeout=soon", "soon")]
    [InlineData("Data Source=:memory:", ":memory:")]
    [InlineData("Mode=ReadWrite", "names no file")]
    public void What_does_not_apply_to_a_store_is_refused_by_name(string text, string named) =>
        Should.Throw<ArgumentException>(() => SqliteStoreOptions.Parse(text)).Message.ShouldContain(named, Case.Insensitive);

    [Fact]
    public void A_refusal_does_not_repeat_a_secret() =>
        Should.Throw<ArgumentException>(() => SqliteStoreOptions.Parse("Data Source=shop.db;Password=secret")).Message.ShouldNotContain("secret");
}
