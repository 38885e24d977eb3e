namespace Storefront.Tests;

public sealed class PaymentSyncTests : IDisposable
{
    private readonly ShopFolder _folder = new();

    [Fact]
    public async Task A_service_that_fails_too_often_waits_longer_each_time_and_then_is_Failed_until_it_is_started()
    {
        await using var shop = await ShopProcess.StartAsync(
            _folder, "--actors:services:payment-sync:restart:max-restarts=1", "--actors:services:payment-sync:restart:backoff:min=200ms");

        await ShopClient.UntilAsync("it is Failed", async () => await shop.Client.ServiceStateAsync("payment-sync") == "Failed");
        shop.Output.ShouldContain("Starting it again in 200 ms (restart 1, max-restarts = 1)");
        var failed = (await shop.Client.GetAsync("/services/payment-sync")).Body["lastIncident"]!; // It has failed.
        ShopClient.Text(failed, "message").ShouldContain("the payment provider closed the connection");
        ShopClient.Text(failed, "rule").ShouldContain("max-restarts = 1 is used up");

        await shop.Client.PostAsync("/services/payment-sync/start");
        (await shop.Client.ServiceStateAsync("payment-sync")).ShouldBe("Running");
    }

    public void Dispose() => _folder.Dispose();
}
