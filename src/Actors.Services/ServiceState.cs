namespace Actors.Services;

/// <summary>Where a service is in its life. The legal transitions are a table in docs/services.md.</summary>
public enum ServiceState
{
    /// <summary>It does not run, and nothing will start it but a command.</summary>
    Stopped,

    /// <summary>Its instance is being made.</summary>
    Starting,

    /// <summary>Its code runs.</summary>
    Running,

    /// <summary>It has failed and will be started again after a delay.</summary>
    Backoff,

    /// <summary>It has been told to stop: its code and then its on-stop hooks may end within their limit.</summary>
    Stopping,

    /// <summary>Its code has returned by itself. Only a command starts it again.</summary>
    Completed,

    /// <summary>It has failed and its restart options allow no further restart. Only a command starts it again.</summary>
    Failed,
}

/// <summary>The form in which a service was written.</summary>
public enum ServiceKind
{
    /// <summary>A class or lambda that runs until it is stopped.</summary>
    Service,

    /// <summary>Work done on an interval.</summary>
    Tick,

    /// <summary>Work done on an interval when there is some.</summary>
    Polled,

    /// <summary>A program of the operating system.</summary>
    Process,

    /// <summary>A URL that is checked again and again.</summary>
    Url,

    /// <summary>An actor.</summary>
    Actor,
}
