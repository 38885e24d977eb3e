using Actors.Jobs;
using Actors.Services;

namespace Actors.Hosting.Settings;

/// <summary>Copies of what the code has set. The configuration is read into copies, so that it can be read again when it changes.</summary>
internal static class OptionCopies
{
    public static ServiceOptions Copy(this ServiceOptions options) =>
        options with { Restart = options.Restart is null ? null! : options.Restart with { Backoff = Copy(options.Restart.Backoff) } }; // A null is a fault that is found later.

    public static QueueOptions Copy(this QueueOptions options) =>
        options with
        {
            Retry = options.Retry with { Backoff = options.Retry.Backoff with { }, Budget = options.Retry.Budget with { } },
            Limits = options.Limits with { },
            Retention = options.Retention with { },
            AutoPause = options.AutoPause with { },
        };

    public static HandlerOptions Copy(this HandlerOptions options) => options with { Backoff = Copy(options.Backoff) };
    private static BackoffOptions? Copy(BackoffOptions? options) => options is null ? null : options with { };
}
