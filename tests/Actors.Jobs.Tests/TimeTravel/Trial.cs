using System.Collections.Concurrent;
using System.Net.Mail;

namespace Actors.Jobs.Tests.TimeTravel;

/// <summary>The code under test of docs/testing.md: who signs up is greeted, and asked after three days how it went.</summary>
[Job("send-email", Queue = "emails")]
public sealed record SendEmail(string To, string Template);

[Job("end-trial", Queue = "trials")]
public sealed record EndTrial(string User);

public interface IMailer
{
    Task SendAsync(string to, string template, CancellationToken cancellationToken);
}

/// <summary>A mail server that keeps what it gets, and can be out of order.</summary>
internal sealed class Outbox : IMailer
{
    private readonly ConcurrentQueue<string> _sent = new(); // On threads, mails are sent at the same time.

    public IReadOnlyList<string> Sent => [.. _sent];

    public bool IsDown { get; set; }

    /// <summary>Called when a mail is to be sent, before it is.</summary>
    public Func<Task> Before { get; set; } = static () => Task.CompletedTask;

    public void Clear() => _sent.Clear();

    public async Task SendAsync(string to, string template, CancellationToken cancellationToken)
    {
        await Before();
        if (IsDown)
        {
            throw new SmtpException("The mail server is down.");
        }

        _sent.Enqueue($"{template} to {to}");
    }
}

internal sealed class SendEmailHandler(IMailer mailer) : IJobHandler<SendEmail>
{
    public Task HandleAsync(SendEmail job, JobContext context, CancellationToken cancellationToken) =>
        mailer.SendAsync(job.To, job.Template, cancellationToken);
}

internal sealed class EndTrialHandler(IJobs jobs) : IJobHandler<EndTrial>
{
    public Task HandleAsync(EndTrial job, JobContext context, CancellationToken cancellationToken) =>
        jobs.EnqueueAsync(new SendEmail(job.User, "how-was-it"), cancellationToken: cancellationToken);
}

internal sealed class SignUp(IJobs jobs)
{
    public async Task AddAsync(string user)
    {
        await jobs.EnqueueAsync(new SendEmail(user, "welcome"));
        await jobs.EnqueueAsync(new EndTrial(user), o => o.Delay(TimeSpan.FromDays(3)));
    }
}
