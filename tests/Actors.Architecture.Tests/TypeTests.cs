using System.Text.RegularExpressions;

namespace Actors.Architecture.Tests;

public sealed partial class TypeTests
{
    private static readonly string[] BannedWords = ["Manager", "Helper", "Helpers", "Util", "Utils", "Impl", "Data", "Info"];

    /// <summary>Public classes that users derive from although they are not abstract, each with its reason.</summary>
    private static readonly Dictionary<string, string> Open = new()
    {
        ["Actors.Jobs.NonRetryableException"] = "A failure of the user's own that is not to be retried is best an exception of their own.",
    };

    [Fact]
    public void No_type_is_named_with_a_word_that_says_nothing() =>
        Repository.Types.Where(type => Words().Matches(type.Name).Any(word => BannedWords.Contains(word.Value))).Select(type => type.FullName!)
            .ShouldBeNone($"Say what it is, without {string.Join(", ", BannedWords)}.");

    [Fact]
    public void A_public_class_is_sealed_static_or_abstract() =>
        Repository.Types.Where(type => type is { IsVisible: true, IsClass: true, IsSealed: false, IsAbstract: false })
            .Select(type => type.FullName!).Where(name => !Open.ContainsKey(name))
            .ShouldBeNone("Seal it, or add it to Open with the reason and say in its summary how to derive.");

    [Fact]
    public void What_is_public_is_in_the_root_of_its_project() =>
        Repository.Types.Where(type => type is { IsNested: false, IsPublic: true } && type.Namespace != type.Assembly.GetName().Name)
            .Select(type => type.FullName!)
            .ShouldBeNone("The root of a project is its public API; its folders are how it works.");

    [GeneratedRegex("[A-Z][a-z]*")]
    private static partial Regex Words();
}
