using Actors.Hosting.Tests.Ending;

namespace Actors.Hosting.Tests.Systemd;

/// <summary>Real processes that tell a real socket.</summary>
public sealed class NotifyTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ready_status_and_stopping_are_told(bool isAbstract)
    {
        using var systemd = new Listener(isAbstract);
        await using var shop = new ShopProcess("actors.services.slow.autostart = on", ("NOTIFY_SOCKET", systemd.Address));

        (await systemd.UntilAsync("READY=1")).ShouldContain("STATUS=5 services: 2 ready, 3 stopped");
        systemd.All[0].ShouldBe("STATUS=Starting EXTEND_TIMEOUT_USEC=20000000");
        systemd.All.ShouldNotContain(told => told.Contains("WATCHDOG"));

        var stop = shop.StopAsync();
        (await systemd.UntilAsync("STOPPING=1")).ShouldBe("STOPPING=1 STATUS=Stopping EXTEND_TIMEOUT_USEC=20000000");
        await systemd.UntilAsync("STATUS=Stopped");
        (await stop).ShouldBe(0);
    }

    [Fact]
    public async Task Ready_waits_for_the_services_and_not_for_those_that_fail()
    {
        using var systemd = new Listener();
        await using var shop = new ShopProcess("actors.services { patient.autostart = on, licence.autostart = on }", ("NOTIFY_SOCKET", systemd.Address));

        await systemd.UntilAsync("1 running but not ready (patient)");
        systemd.All.ShouldNotContain(told => told.Contains("READY=1"));
        await File.WriteAllTextAsync(Path.Combine(shop.Folder, "ready"), "");

        (await systemd.UntilAsync("READY=1")).ShouldContain("1 in Backoff (licence)");
        (await shop.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Ready_is_told_in_the_end_without_a_service_that_does_not_become_ready()
    {
        using var systemd = new Listener();
        await using var shop = new ShopProcess(
            "actors { systemd.ready-timeout = 300 ms, services.patient.autostart = on }", ("NOTIFY_SOCKET", systemd.Address));

        (await systemd.UntilAsync("READY=1")).ShouldContain("1 running but not ready (patient)");
        await shop.LogsAsync("although these services are not ready yet: patient");
        (await shop.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task The_watchdog_is_fed_while_the_actor_system_answers()
    {
        using var systemd = new Listener();
        await using var shop = new ShopProcess("", ("NOTIFY_SOCKET", systemd.Address), ("WATCHDOG_USEC", "400000"));

        await systemd.UntilAsync("READY=1");
        for (var i = 0; i < 3; i++)
        {
            await systemd.UntilAsync("WATCHDOG=1");
        }

        (await shop.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_watchdog_of_another_process_and_a_socket_that_is_gone_are_left_alone()
    {
        using var systemd = new Listener();
        await using var shop = new ShopProcess("", ("NOTIFY_SOCKET", systemd.Address), ("WATCHDOG_USEC", "20000"), ("WATCHDOG_PID", "1"));
        await systemd.UntilAsync("READY=1");
        (await shop.StopAsync()).ShouldBe(0);
        await systemd.UntilAsync("STATUS=Stopped");
        systemd.All.ShouldNotContain(told => told.Contains("WATCHDOG"));

        await using var lonely = new ShopProcess("", ("NOTIFY_SOCKET", "/proc/none/notify"));
        await lonely.LogsAsync("systemd cannot be told how we are, NOTIFY_SOCKET = /proc/none/notify");
        (await lonely.StopAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Nothing_is_told_when_it_is_switched_off()
    {
        using var systemd = new Listener();
        await using var shop = new ShopProcess("actors.systemd.notify = off", ("NOTIFY_SOCKET", systemd.Address));
        await shop.LogsAsync("Application started");

        (await shop.StopAsync()).ShouldBe(0);
        systemd.Available.ShouldBe(0);
    }
}
