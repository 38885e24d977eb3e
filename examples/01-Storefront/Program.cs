using Actors.Hocon;
using Actors.Hosting;
using Serilog;
using Storefront;
using Storefront.Api;
using Storefront.Background;
using Storefront.Catalogue;
using Storefront.Mail;
using Storefront.Newsletters;
using Storefront.Orders;

try
{
    var builder = WebApplication.CreateBuilder(args);

    // Settings: appsettings.json first, then shop.conf, then the environment and the command line. The last one wins.
    builder.Configuration.AddHoconFile("shop.conf").AddEnvironmentVariables().AddCommandLine(args);
    builder.Logging.ClearProviders().AddSerilog(ShopLog.Create(builder.Configuration), dispose: true);

    builder.Services.AddSingleton<ProductFile>();
    builder.Services.AddSingleton<FeaturedProducts>();
    builder.Services.AddSingleton<PaymentProvider>();
    builder.Services.AddMailer();
    builder.Services.AddShopApi();

    // The work that does not fit inside a request. Each line is supervised: when it fails, it is started again.
    builder.Services.AddActors("shop", actors => actors
        .UseSqlite("Data Source=shop.db")
        .AddService<Heartbeat>("heartbeat")
        .AddTick("metrics", every: TimeSpan.FromSeconds(30), Metrics.LogAsync)
        .AddTick<CacheWarmer>("cache-warmer", every: TimeSpan.FromSeconds(60))
        .AddService<PaymentSync>("payment-sync", s => s.Restart(r => r.MaxRestarts = 5))
        .AddQueue("emails", q => q.Workers(4).Retry(maxAttempts: 3).AddHandler<OrderConfirmationHandler>().AddHandler<NewsletterHandler>())
        .AddQueue("reports", q => q.Workers(1).AddHandler<OrderReportHandler>().AddHandler<ReportNewsletterHandler>())
        .AddSchedule("order-report", "daily at 08:00 Europe/London", new OrderReport()));

    var app = builder.Build();
    app.UseLocalRequestsOnly();
    app.UseExceptionHandler();
    app.MapShop();          // GET /api/products/featured, POST /api/orders
    app.MapNewsletters();   // PUT and GET /api/newsletters/{id}
    app.MapOperations();    // GET /services, /jobs/{id}, /jobs/{id}/why, /queues, /schedules; POST /services/{name}/start|stop|restart and so on
    await app.RunAsync();
}
catch (Exception fault) when (StartFault.InWords(fault) is { } words)
{
    Console.Error.WriteLine(words);
    Environment.ExitCode = StartFault.ExitCode(fault);
}
