using System.Globalization;
using System.Net.Mail;
using System.Net.Mime;
using System.Text;
using Actors.Jobs;
using Storefront.Mail;

namespace Storefront.Orders;

/// <summary>
/// Writes and sends the confirmation of an order. A job may run a second time after a crash, so the message has the
/// id of the job as its Message-ID: a second one replaces the first in the pickup folder, and a mail server knows it for its double.
/// </summary>
public sealed class OrderConfirmationHandler(Mailer mailer) : IJobHandler<SendOrderConfirmation>
{
    public async Task HandleAsync(SendOrderConfirmation job, JobContext context, CancellationToken cancellationToken)
    {
        var body = Body(job.Order);
        using var message = new MailMessage(mailer.From, new MailAddress(job.Order.Email))
        {
            Subject = $"Your order {job.Order.Id}",
            Body = body,
            BodyTransferEncoding = Ascii.IsValid(body) ? TransferEncoding.SevenBit : TransferEncoding.QuotedPrintable,
        };
        await mailer.SendAsync(message, context.Id.ToString(), cancellationToken);
    }

    private static string Body(Order order)
    {
        var lines = order.Lines.Select(line => string.Create(
            CultureInfo.InvariantCulture, $"{line.Quantity,4} x {line.Name} ({line.Sku}), EUR {line.Price:0.00} each"));
        var total = string.Create(CultureInfo.InvariantCulture, $"Total: EUR {order.Total:0.00}");
        return $"Thank you for your order {order.Id}.\r\n\r\n{string.Join("\r\n", lines)}\r\n\r\n{total}\r\n";
    }
}
