using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Actors.Hosting.Adopting;

/// <summary>What a container was told of a hosted service: its class, the name it gets, and how an instance is made.</summary>
internal sealed class HostedRegistration
{
    private HostedRegistration(Type type, Func<IServiceProvider, (IHostedService Instance, bool IsOurs)> create)
    {
        Type = type;
        Create = create;
    }

    public Type Type { get; }

    public Func<IServiceProvider, (IHostedService Instance, bool IsOurs)> Create { get; }

    /// <summary>Of a class that we make ourselves: from the container if it is registered there, else from its constructor.</summary>
    public static HostedRegistration Of(Type type) => new(
        type,
        services => services.GetService(type) is IHostedService registered
            ? (registered, false)
            : ((IHostedService)ActivatorUtilities.CreateInstance(services, type), true));

    /// <summary>
    /// Null when it is not ours to adopt. Adopted is what is a service of the application: not what the framework registers to run itself, as the web server does
    /// (classes in assemblies of the names Microsoft.* and System.*), not ourselves, and not what does not say its class.
    /// </summary>
    public static HostedRegistration? Of(ServiceDescriptor descriptor)
    {
        if (descriptor.ServiceType != typeof(IHostedService) || descriptor.IsKeyedService || TypeOf(descriptor) is not { } type || IsOfFramework(type))
        {
            return null;
        }

        if (descriptor.ImplementationInstance is IHostedService instance)
        {
            return new HostedRegistration(type, _ => (instance, false));
        }

        // Whoever wrote the factory may give out one instance again and again, which others use too: it is theirs.
        return descriptor.ImplementationFactory is { } factory ? new HostedRegistration(type, services => ((IHostedService)factory(services), false)) : Of(type);
    }

    /// <summary>The class that a registration tells; null when it tells only the interface.</summary>
    public static Type? TypeOf(ServiceDescriptor descriptor)
    {
        var type = descriptor.ImplementationType
            ?? descriptor.ImplementationInstance?.GetType()
            ?? descriptor.ImplementationFactory?.GetType().GenericTypeArguments[1];
        return type is { IsInterface: false, IsAbstract: false } && type != typeof(object) ? type : null;
    }

    /// <summary><c>OrderSyncWorker</c> is <c>order-sync-worker</c>.</summary>
    public static string NameOf(Type type)
    {
        var name = type.Name.Split('`')[0];
        var text = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            var isNewWord = i > 0 && char.IsUpper(name[i]) && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));
            text.Append(isNewWord ? "-" : "").Append(char.ToLowerInvariant(name[i]));
        }

        return text.ToString();
    }

    public static bool IsOfFramework(Type type) =>
        type.Assembly == typeof(HostedRegistration).Assembly
        || type.Assembly.GetName().Name is not { } assembly
        || assembly.StartsWith("Microsoft.", StringComparison.Ordinal)
        || assembly.StartsWith("System.", StringComparison.Ordinal);
}
