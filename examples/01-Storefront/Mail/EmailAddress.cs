using System.Net.Mail;

namespace Storefront.Mail;

/// <summary>What an address must look like before anything is sent to it.</summary>
internal static class EmailAddress
{
    private const int MaxLength = 254;

    /// <returns>What is wrong with it, or null.</returns>
    public static string? Fault(string email) => email switch
    {
        { Length: > MaxLength } => $"An email address has at most {MaxLength} characters, this one has {email.Length}.",
        _ when !email.All(c => c is > ' ' and < '\x7f') || !MailAddress.TryCreate(email, out var address) || address.Address != email =>
            $"'{(email.Length <= 60 ? email : email[..60] + "…")}' is not an email address. Write it as name@example.com.",
        _ => null,
    };

    /// <summary>What stands behind the @, in lower case: whoever takes the mail for it.</summary>
    public static string DomainOf(string email) => email[(email.LastIndexOf('@') + 1)..].ToLowerInvariant();
}
