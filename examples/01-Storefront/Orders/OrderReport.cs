using Actors.Jobs;

namespace Storefront.Orders;

/// <summary>The report on the orders of a day. It needs no arguments: when it runs says which day.</summary>
[Job("order-report", Queue = "reports")]
internal sealed record OrderReport;
