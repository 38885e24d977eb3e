using Actors.Services;

namespace Storefront.Background;

/// <summary>
/// Fetches payments every five seconds. It has no try and no catch: when the provider fails, so does the service, which is
/// started again after 1, 2, 4, 8 and 16 s and, having max-restarts = 5, is Failed at the sixth failure, after about 90 s.
/// </summary>
internal sealed class PaymentSync(PaymentProvider provider) : IService
{
    public async Task RunAsync(ServiceContext context, CancellationToken cancellationToken)
    {
        var fetched = 0;
        while (true)
        {
            fetched += await provider.FetchPaymentsAsync(cancellationToken);
            context.Report($"{fetched} payments since the last start");
            await context.DelayAsync(TimeSpan.FromSeconds(5));
        }
    }
}
