namespace Storefront.Mail;

/// <summary>The server of the recipient does not take the message.</summary>
public sealed class MailRejectedException(string recipient)
    : Exception($"The mail to '{recipient}' was rejected: no such mailbox (simulated, so that you see a job fail).")
{
    public string Recipient { get; } = recipient;
}
