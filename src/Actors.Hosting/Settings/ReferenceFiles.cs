using Actors.Hocon;

namespace Actors.Hosting.Settings;

/// <summary>hocon/reference, as it was when this program was built: the documentation of every key.</summary>
internal static class ReferenceFiles
{
    private static readonly Lazy<IReadOnlyList<SettingDescription>> Described = new(Describe);

    public static IReadOnlyList<SettingDescription> All => Described.Value;

    private static List<SettingDescription> Describe()
    {
        var kinds = Kinds().ToDictionary();
        var all = new List<SettingDescription>();
        foreach (var name in typeof(ReferenceFiles).Assembly.GetManifestResourceNames().Where(name => name.StartsWith("reference/", StringComparison.Ordinal)).Order())
        {
            using var stream = typeof(ReferenceFiles).Assembly.GetManifestResourceStream(name)!; // It is in the list.
            using var reader = new StreamReader(stream);
            var text = reader.ReadToEnd();
            var lines = text.Split('\n');
            foreach (var entry in HoconDocument.Parse(text, name).Root.Entries().Where(entry => entry.Value is HoconScalar or HoconArray or HoconObject { Count: 0 }))
            {
                var (type, expected) = kinds.GetValueOrDefault(entry.Path, ("text", "a text"));
                all.Add(new SettingDescription(
                    entry.Path, type, Unit(type), expected, TextOf(entry.Value), CommentAbove(lines, entry.Value.KeyOrigin.Line - 2), LiveSettings.Contains(entry.Path)));
            }
        }

        return all;
    }

    private static IEnumerable<KeyValuePair<string, (string Type, string Expected)>> Kinds() =>
    [
        .. Of("actors", SettingTables.System),
        .. Of("actors.persistence", SettingTables.Persistence),
        .. Of("actors.systemd", SettingTables.Systemd),
        .. Of("actors.management", SettingTables.Management),
        .. Of("actors.services.NAME", SettingTables.Service),
        .. Of("actors.processes.NAME", SettingTables.Process),
        .. Of("actors.urls.NAME", SettingTables.Url),
        .. Of("actors.groups.NAME", SettingTables.Group),
        .. Of("actors.queues.NAME", SettingTables.Queue),
        .. Of("actors.schedules.NAME", SettingTables.Schedule),
        .. Of("actors.queues.NAME.jobs.TYPE", SettingTables.Handler),
    ];

    private static IEnumerable<KeyValuePair<string, (string Type, string Expected)>> Of<TOptions>(string section, IReadOnlyList<Setting<TOptions>> settings) =>
        settings.Select(setting => KeyValuePair.Create($"{section}.{setting.Key}", (setting.Type, setting.Expected)));

    private static string TextOf(HoconValue value) => value is HoconScalar scalar ? scalar.Text : value.ToString();

    private static string? Unit(string type) => type switch
    {
        "duration" => "ms",
        "size" => "bytes",
        _ => null,
    };

    /// <summary>The comment above a line. Neighbours share the one above the first of them, or above their block.</summary>
    private static string CommentAbove(string[] lines, int line)
    {
        while (line >= 0 && lines[line].Trim() is { Length: > 0 } above && !above.StartsWith('#') && (above.Contains(" = ", StringComparison.Ordinal) || above.EndsWith('{')))
        {
            line--;
        }

        var comment = new Stack<string>();
        for (; line >= 0 && lines[line].TrimStart().StartsWith('#'); line--)
        {
            comment.Push(lines[line].Trim().TrimStart('#').Trim());
        }

        return string.Join(' ', comment);
    }
}
