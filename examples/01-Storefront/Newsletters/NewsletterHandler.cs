using System.Net.Mail;
using Actors.Jobs;
using Storefront.Mail;

namespace Storefront.Newsletters;

/// <summary>Sends one message of a newsletter. As with orders, the id of the job is the Message-ID.</summary>
internal sealed class NewsletterHandler(Mailer mailer) : IJobHandler<SendNewsletter>
{
    public async Task HandleAsync(SendNewsletter job, JobContext context, CancellationToken cancellationToken)
    {
        using var message = new MailMessage(mailer.From, new MailAddress(job.To)) { Subject = job.Subject, Body = job.Text };
        await mailer.SendAsync(message, context.Id.ToString(), cancellationToken);
    }
}
