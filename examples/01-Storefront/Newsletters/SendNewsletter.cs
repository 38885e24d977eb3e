using Actors.Jobs;

namespace Storefront.Newsletters;

/// <summary>One message of a newsletter. Its key is the domain of the reader: providers slow down whoever sends too fast, so shop.conf has a rate for each.</summary>
[Job("send-newsletter", Queue = "emails", Priority = JobPriority.Low, Key = nameof(Domain))]
internal sealed record SendNewsletter(string To, string Domain, string Subject, string Text);
