using System.Reflection;

namespace Storefront.Tests;

/// <summary>A content root of a test's own: settings, products, and what the shop writes beside them.</summary>
public sealed class ShopFolder : IDisposable
{
    public ShopFolder()
    {
        foreach (var file in new[] { "appsettings.json", "shop.conf", "Catalogue/products.json" })
        {
            var copy = File(file);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(copy)!); // A file has a directory.
            System.IO.File.Copy(System.IO.Path.Combine(Program, file), copy);
        }
    }

    /// <summary>Where the program was built.</summary>
    public static string Program { get; } = typeof(ShopFolder).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "Storefront").Value!; // The project file sets it.

    public string Path { get; } = Directory.CreateTempSubdirectory("storefront-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>The messages in the pickup folder.</summary>
    public string[] Messages() => Directory.Exists(File("pickup")) ? Directory.GetFiles(File("pickup"), "*.eml") : [];

    public void Replace(string name, string text, string replacement)
    {
        var before = System.IO.File.ReadAllText(File(name));
        before.ShouldContain(text);
        System.IO.File.WriteAllText(File(name), before.Replace(text, replacement, StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
