using Actors.Hosting.Tests.Ending;

namespace Actors.Hosting.Tests.Management;

public sealed class KilledProcessTests
{
    [Fact]
    public async Task A_socket_that_a_killed_process_left_behind_is_replaced()
    {
        var folder = Directory.CreateTempSubdirectory("killed-").FullName;
        var path = Path.Combine(folder, "shop.sock");
        await using (var killed = new ShopProcess($"actors.management.socket = {path}"))
        {
            await killed.LogsAsync("Application started");
            killed.Kill();
        }

        File.Exists(path).ShouldBeTrue("It had no time to clean up.");
        await using (var next = new ShopProcess($"actors.management.socket = {path}"))
        {
            await next.LogsAsync("Application started");
            (await ManagementClient.SendAsync(path, new ManagementRequest("ping"))).Text.ShouldBe($"process {next.Id} ('shop')");

            await using var second = new ShopProcess($"actors.management.socket = {path}");
            (await second.ExitAsync()).ShouldBe(69);
            second.Errors.ShouldStartWith(
                $"The actor system 'shop' could not start: The management socket '{path}' is in use by process {next.Id} ('shop'). End that one");

            (await ManagementClient.SendAsync(path, new ManagementRequest("shutdown"))).Outcome.ShouldBe(ManagementOutcome.Done);
            (await next.ExitAsync()).ShouldBe(0);
        }

        Directory.Delete(folder, recursive: true);
    }
}
