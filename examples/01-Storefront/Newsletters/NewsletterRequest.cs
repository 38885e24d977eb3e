using System.Text.Json.Serialization;
using Storefront.Mail;

namespace Storefront.Newsletters;

/// <summary>A newsletter as it arrives: anything may be missing or wrong.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record NewsletterRequest(string? Subject, string? Text, IReadOnlyList<string?>? To)
{
    public const string Sample = """{"subject": "Spring", "text": "…", "to": ["ann@example.com"]}""";

    private const int MaxReaders = 1000;
    private const int MaxSubject = 200;

    /// <summary>Everything that is wrong with it, by the name of the member.</summary>
    public IReadOnlyDictionary<string, string[]> Faults()
    {
        var faults = new Dictionary<string, string[]>();
        if (Subject is not { Length: > 0 and <= MaxSubject } || Subject.Any(char.IsControl))
        {
            faults["subject"] = [$"A newsletter needs a subject: one line of 1 to {MaxSubject} characters."];
        }

        if (string.IsNullOrWhiteSpace(Text))
        {
            faults["text"] = ["A newsletter needs a text."];
        }

        if (To is not { Count: > 0 and <= MaxReaders })
        {
            faults["to"] = [$"A newsletter goes to 1 to {MaxReaders} readers, this one to {To?.Count ?? 0}."];
        }

        for (var i = 0; i < To?.Count; i++)
        {
            if ((string.IsNullOrEmpty(To[i]) ? "An address is missing here." : EmailAddress.Fault(To[i]!)) is { } fault) // Not null: looked at just before.
            {
                faults[$"to[{i}]"] = [fault];
            }
        }

        return faults;
    }

    /// <summary>A message for each reader, once it is known that nothing is wrong.</summary>
    public IReadOnlyList<SendNewsletter> Messages() =>
        [.. (To ?? []).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase).Select(to => new SendNewsletter(to, EmailAddress.DomainOf(to), Subject ?? "", Text ?? ""))];
}
