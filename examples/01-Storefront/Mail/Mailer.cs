using System.Net;
using System.Net.Mail;
using Microsoft.Extensions.Options;

namespace Storefront.Mail;

/// <summary>Sends messages to the SMTP server of the settings, or into the pickup folder when they name none.</summary>
public sealed class Mailer(IOptions<MailOptions> options, IHostEnvironment environment, ILogger<Mailer> logger)
{
    private const string Bounces = "bounce@example.com";

    private readonly MailOptions _options = options.Value;
    private readonly PickupFolder _pickup = new(Path.Combine(environment.ContentRootPath, options.Value.Pickup));

    public MailAddress From => new(_options.From, "Storefront");

    /// <param name="message">The message.</param>
    /// <param name="id">Its identity: a second message with it is the same one again.</param>
    /// <param name="cancellationToken">Ends the sending.</param>
    /// <exception cref="MailRejectedException">The recipient does not take it.</exception>
    public async Task SendAsync(MailMessage message, string id, CancellationToken cancellationToken)
    {
        if (message.To.FirstOrDefault(to => to.Address == Bounces) is { } rejected)
        {
            throw new MailRejectedException(rejected.Address);
        }

        message.Headers["Message-ID"] = $"<{id}@{From.Host}>";
        if (_options.Smtp.Host is not { Length: > 0 } host)
        {
            _pickup.Write(message, id);
            logger.LogInformation("Wrote {Pickup}/{MessageId}.eml", _options.Pickup, id);
            return;
        }

        using var client = new SmtpClient(host, _options.Smtp.Port) { EnableSsl = _options.Smtp.Tls is "on" or "true" };
        if (_options.Smtp.User is { Length: > 0 } user)
        {
            client.Credentials = new NetworkCredential(user, _options.Smtp.Password);
        }

        await client.SendMailAsync(message, cancellationToken);
        logger.LogInformation("Sent {MessageId} to {Server}:{Port}", id, host, _options.Smtp.Port);
    }
}
