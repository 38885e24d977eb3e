namespace Actors.Hosting.Starting;

internal static class NotStarted
{
    public static InvalidOperationException Exception(string system, string what) => new(
        $"The {what} of '{system}' are not started yet: they start with the host. Use them in a request, a service or a job, or after app.StartAsync().");
}
