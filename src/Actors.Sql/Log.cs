using Microsoft.Extensions.Logging;

namespace Actors.Sql;

internal static partial class Log
{
    [LoggerMessage(EventId = 4001, Level = LogLevel.Debug, Message = "Opened the store {Path}")]
    public static partial void StoreOpened(ILogger logger, string path);

    [LoggerMessage(EventId = 4002, Level = LogLevel.Debug, Message = "Closed the store {Path}")]
    public static partial void StoreClosed(ILogger logger, string path);

    [LoggerMessage(EventId = 4005, Level = LogLevel.Debug, Message = "Joined the store {Path} as node {Node}")]
    public static partial void StoreJoined(ILogger logger, string path, long node);

    [LoggerMessage(EventId = 4006, Level = LogLevel.Information, Message = "This process (node {Node}) owns the store {Path} now")]
    public static partial void StoreOwned(ILogger logger, string path, long node);

    [LoggerMessage(EventId = 4007, Level = LogLevel.Warning,
        Message = "The log of {Path} ended in a transaction that was never confirmed; its {Pages} pages were cut off")]
    public static partial void TornTailCut(ILogger logger, string path, long pages);

    [LoggerMessage(EventId = 4003, Level = LogLevel.Warning, Message = "A transaction on the store {Path} failed; its callers were told")]
    public static partial void WriteFailed(ILogger logger, string path, Exception cause);

    [LoggerMessage(EventId = 4004, Level = LogLevel.Warning,
        Message = "Upkeep of the store {Path} failed and is tried again after the next write; no data is affected")]
    public static partial void UpkeepFailed(ILogger logger, string path, Exception cause);
}
