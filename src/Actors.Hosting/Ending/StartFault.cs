namespace Actors.Hosting.Ending;

/// <summary>Marks what the start of an actor system threw, so that it is known for one wherever it is caught. Its type stays what it is.</summary>
internal static class StartFault
{
    private const string Key = "Actors.Hosting.StartFault";

    public static void Mark(Exception fault, string system) => fault.Data[Key] = system;

    public static bool IsMarked(Exception fault) => fault.Data.Contains(Key);

    public static string? SystemOf(Exception fault) => fault.Data[Key] as string;
}
