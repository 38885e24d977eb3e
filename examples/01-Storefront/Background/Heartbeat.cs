using Actors.Services;

namespace Storefront.Background;

/// <summary>Says every thirty seconds that the shop is alive, and which services are not well.</summary>
internal sealed class Heartbeat(IServices services) : IService
{
    public async Task RunAsync(ServiceContext context, CancellationToken cancellationToken)
    {
        context.OnStop(() => context.Logger.LogInformation("The heart stops beating"));
        while (true)
        {
            await context.DelayAsync(TimeSpan.FromSeconds(30));
            var all = await services.GetServicesAsync(cancellationToken: cancellationToken);
            var unwell = all.Where(service => service.State is ServiceState.Backoff or ServiceState.Failed).ToList();
            var words = unwell.Count == 0 ? "all well" : string.Join(", ", unwell.Select(service => $"{service.Name} is {service.State}"));
            context.Report(words);
            context.Logger.LogInformation("Alive with {Services} services: {Words}", all.Count, words);
        }
    }
}
