using Actors.Jobs;

namespace Storefront.Orders;

/// <summary>The report on the orders of a day. It needs no arguments: when it runs says which day. Whoever asks for one while another is being made gets that.</summary>
[Job("order-report", Queue = "reports"), Unique]
internal sealed record OrderReport;

/// <summary>What it says.</summary>
internal sealed record OrderReportMade(DateTimeOffset Since, long Confirmed, long Failed);
