using Actors.Jobs;

namespace Storefront.Orders;

/// <summary>The job. Its name is what is stored; the class may be renamed at will.</summary>
[Job(JobName, Queue = "emails")]
public sealed record SendOrderConfirmation(Order Order)
{
    public const string JobName = "send-order-confirmation";
}
