using System.ComponentModel.DataAnnotations;

namespace Storefront.Mail;

/// <summary>The section <c>mail</c> of shop.conf.</summary>
public sealed class MailOptions
{
    [Required, EmailAddress]
    public string From { get; set; } = "orders@storefront.example";

    /// <summary>The folder for messages when no server is named, relative to the content root.</summary>
    [Required]
    public string Pickup { get; set; } = "pickup";

    public SmtpOptions Smtp { get; set; } = new();

    public sealed class SmtpOptions
    {
        /// <summary>The server; null means the pickup folder.</summary>
        public string? Host { get; set; }

        public int Port { get; set; } = 25;

        /// <summary>Whether to ask the server for encryption by STARTTLS: on or off.</summary>
        public string Tls { get; set; } = "off";

        public string? User { get; set; }

        public string? Password { get; set; }
    }
}
