using System.Reflection;
using System.Text.Json.Serialization.Metadata;

namespace Actors.Jobs.Types;

/// <summary>The paths of the properties of a job class that have <see cref="IndexAttribute"/>.</summary>
internal static class IndexedPaths
{
    private const int MaxDepth = 8;

    public static IReadOnlyList<string> Of(JsonTypeInfo type)
    {
        var paths = new List<string>();
        Add(type, "", MaxDepth, paths);
        return paths;
    }

    private static void Add(JsonTypeInfo type, string prefix, int depth, List<string> paths)
    {
        if (type.Kind != JsonTypeInfoKind.Object || depth == 0)
        {
            return;
        }

        foreach (var property in type.Properties)
        {
            if (Has(property.AttributeProvider) || Has(property.AssociatedParameter?.AttributeProvider))
            {
                paths.Add(prefix + property.Name);
            }
            else if (property.PropertyType.Assembly == type.Type.Assembly && !property.PropertyType.IsEnum && property.Get is not null)
            {
                Add(type.Options.GetTypeInfo(property.PropertyType), prefix + property.Name + ".", depth - 1, paths);
            }
        }
    }

    private static bool Has(ICustomAttributeProvider? attributes) => attributes?.IsDefined(typeof(IndexAttribute), inherit: true) == true;
}
