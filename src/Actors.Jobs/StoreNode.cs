namespace Actors.Jobs;

/// <summary>A process of a shared store.</summary>
/// <param name="Id">Its id, from 1. Never used again.</param>
/// <param name="ProcessId">The operating system's number.</param>
/// <param name="Version">The version of this software in it; empty when it states none.</param>
/// <param name="Reads">What it can read.</param>
public sealed record StoreNode(long Id, int ProcessId, string Version, StoreFormats Reads);
