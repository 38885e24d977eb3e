using System.Text;

namespace Actors.Hosting.Settings;

/// <summary>The two spellings of a name: <c>max-restarts</c> in HOCON, <c>MaxRestarts</c> in appsettings and code.</summary>
internal static class SettingName
{
    public static string Hyphenate(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        for (var i = 0; i < name.Length; i++)
        {
            if (char.IsUpper(name[i]) && i > 0)
            {
                text.Append('-');
            }

            text.Append(char.ToLowerInvariant(name[i]));
        }

        return text.ToString();
    }

    /// <summary>Whether a key as written means this name.</summary>
    public static bool IsSame(string written, string name) =>
        string.Equals(Bare(written), Bare(name), StringComparison.OrdinalIgnoreCase);

    /// <summary>A name without what tells its spellings apart, case excepted.</summary>
    public static string Bare(string name) => name.Replace("-", "", StringComparison.Ordinal);
}
