namespace Storefront.Mail;

internal static class MailServices
{
    public static void AddMailer(this IServiceCollection services)
    {
        services.AddOptions<MailOptions>().BindConfiguration("mail").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<Mailer>();
    }
}
