using System.Net;
using System.Net.Sockets;
using SQLitePCL;

namespace Storefront.Tests;

/// <summary>What the operator can get wrong: the program says it in words and ends, without the stack of its code.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly ShopFolder _folder = new();

    [Fact]
    public async Task A_setting_that_does_not_exist_is_named_with_its_place_and_what_was_meant()
    {
        _folder.Replace("shop.conf", "initial-delay = 5s", "initial-delya = 5s");
        _folder.Replace("shop.conf", "max-restarts = 5", "max-restarts = five");
        _folder.Replace("shop.conf", "workers = 4", "workers = 0");

        await ShouldRefuseAsync(
            "3 faults in the configuration of the actors:",
            "shop.conf:7:20: unknown key 'actors.services.cache-warmer.initial-delya'",
            "did you mean 'initial-delay'?",
            "'actors.services.payment-sync.restart.max-restarts = five' must be a whole number, or unlimited.",
            "'actors.queues.emails.workers = 0' must be greater than or equal to 1.");
    }

    [Fact]
    public async Task A_service_that_does_not_exist_is_named_with_its_place_and_what_was_meant()
    {
        _folder.Replace("shop.conf", "heartbeat ", "heartbaet ");

        await ShouldRefuseAsync("shop.conf:8:5: there is no service 'heartbaet'", "did you mean 'heartbeat'?");
    }

    [Fact]
    public async Task Invalid_HOCON_is_shown_with_a_caret()
    {
        _folder.Replace("shop.conf", "retry {", "retry [");

        await ShouldRefuseAsync("shop.conf:19:11: ", "   19 |     retry [ max-attempts = 3", "      |           ^");
    }

    [Fact]
    public async Task A_missing_or_broken_file_of_settings_is_named()
    {
        File.WriteAllText(_folder.File("appsettings.json"), "{");
        await ShouldRefuseAsync("appsettings.json'", "LineNumber: 0");
        File.WriteAllText(_folder.File("appsettings.json"), "{}");
        File.Delete(_folder.File("shop.conf"));
        await ShouldRefuseAsync("'shop.conf' was not found");
    }

    [Theory]
    [InlineData("--mail:from=nobody", "The From field is not a valid e-mail address")]
    [InlineData("--mail:smtp:port=abc", "Failed to convert configuration value 'abc' at 'mail:Smtp:Port'")]
    [InlineData("--actors:store:sqlite=Data Sauce=shop.db", "has the keyword 'data sauce'")]
    public async Task A_setting_that_makes_no_sense_is_named(string setting, string sentence)
    {
        var (exitCode, errors) = await ShopProcess.RunAsync(_folder, setting);

        ShouldBeWords(errors, sentence);
        exitCode.ShouldBe(78);
    }

    [Fact]
    public async Task A_database_that_is_a_directory_or_a_text_is_left_as_it_is()
    {
        Directory.CreateDirectory(_folder.File("shop.db"));
        await ShouldRefuseAsync(69, $"The store '{_folder.File("shop.db")}' cannot be opened: it is a directory.");
        Directory.Delete(_folder.File("shop.db"));

        File.WriteAllText(_folder.File("shop.db"), "My diary. Keep out!");
        await ShouldRefuseAsync(69, $"The file '{_folder.File("shop.db")}' is not a database");
        File.ReadAllText(_folder.File("shop.db")).ShouldBe("My diary. Keep out!");
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_left_as_it_is()
    {
        await using (var shop = await ShopProcess.StartAsync(_folder))
        {
            (await shop.StopAsync()).ShouldBe(0);
        }

        Batteries_V2.Init();
        raw.sqlite3_open(_folder.File("shop.db"), out var database).ShouldBe(raw.SQLITE_OK);
        using (database)
        {
            raw.sqlite3_exec(database, "INSERT INTO schema (version, name, applied_at) VALUES (99, 'future', 0)").ShouldBe(raw.SQLITE_OK);
        }

        await ShouldRefuseAsync(69, "was made by a newer version of this software: its tables have version 99", "Run the newer version, or restore a backup");
    }

    [Fact]
    public async Task A_second_shop_with_the_same_database_is_told_who_has_it()
    {
        await using var first = await ShopProcess.StartAsync(_folder);

        var (exitCode, errors) = await ShopProcess.RunAsync(_folder, "--actors:management:socket=off");
        ShouldBeWords(errors, "is in use by process", "End that process, give this one a file of its own, or let them share it");
        exitCode.ShouldBe(69);
        var (socketCode, socketErrors) = await ShopProcess.RunAsync(_folder);
        ShouldBeWords(socketErrors, "shop.sock");
        socketCode.ShouldBe(69);
        (await first.Client.GetAsync("/services")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var (exitCode, errors) = await ShopProcess.RunAsync(_folder, "--urls", $"http://127.0.0.1:{port}");

        ShouldBeWords(errors, $"Failed to bind to address http://127.0.0.1:{port}: address already in use. Stop the program that has it");
        exitCode.ShouldBe(69);
    }

    public void Dispose() => _folder.Dispose();

    private static void ShouldBeWords(string errors, params string[] sentences)
    {
        foreach (var sentence in sentences)
        {
            errors.ShouldContain(sentence);
        }

        errors.ShouldNotContain("   at ", Case.Sensitive, "Nobody asked for the stack.");
    }

    private Task ShouldRefuseAsync(params string[] sentences) => ShouldRefuseAsync(78, sentences);

    private async Task ShouldRefuseAsync(int code, params string[] sentences)
    {
        var (exitCode, errors) = await ShopProcess.RunAsync(_folder);
        ShouldBeWords(errors, sentences);
        exitCode.ShouldBe(code);
    }
}
