namespace Storefront.Background;

/// <summary>Stands for a payment company on the network: every third call ends in a broken connection.</summary>
internal sealed class PaymentProvider
{
    private int _calls;

    public async Task<int> FetchPaymentsAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
        var call = Interlocked.Increment(ref _calls);
        return call % 3 == 0
            ? throw new HttpRequestException($"the payment provider closed the connection at call {call} (simulated: every third does)")
            : call % 3;
    }
}
