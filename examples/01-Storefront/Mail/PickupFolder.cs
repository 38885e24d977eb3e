using System.Net.Mail;

namespace Storefront.Mail;

/// <summary>A folder of complete messages, one file each. What is in it is whole, at whatever moment the process is killed.</summary>
internal sealed class PickupFolder(string path)
{
    /// <summary>Writes a message as <c>{name}.eml</c>, in place of an earlier one of that name.</summary>
    public void Write(MailMessage message, string name)
    {
        // SmtpClient picks a random file name, so it writes into a folder of the message's own, on the same file system: only then is a rename atomic.
        var draft = Directory.CreateDirectory(Path.Combine(path, ".drafts", name));
        foreach (var torn in draft.GetFiles())
        {
            torn.Delete(); // An attempt was killed here; this one takes its place.
        }

        using (var client = new SmtpClient { DeliveryMethod = SmtpDeliveryMethod.SpecifiedPickupDirectory, PickupDirectoryLocation = draft.FullName })
        {
            client.Send(message);
        }

        var file = draft.GetFiles().Single();
        using (var written = file.Open(FileMode.Open, FileAccess.ReadWrite))
        {
            written.Flush(flushToDisk: true);
        }

        file.MoveTo(Path.Combine(path, name + ".eml"), overwrite: true);
        draft.Delete();
    }
}
