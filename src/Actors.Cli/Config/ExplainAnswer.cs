using System.Text;
using Actors.Hocon;
using Actors.Hosting;

namespace Actors.Cli.Config;

/// <summary>What a key is for, which value it has, and where that comes from.</summary>
internal static class ExplainAnswer
{
    public static int Run(string path, string? file, Answer answer)
    {
        string[] elements;
        try
        {
            elements = [.. HoconPath.Parse(path)];
        }
        catch (HoconException fault)
        {
            return answer.Give(ExitCode.Usage, new { error = fault.Message, path }, fault.Message);
        }

        return file is null
            ? Explain(path, elements, null, null, answer)
            : answer.WithFile(file, document => Explain(path, elements, file, document, answer));
    }

    private static int Explain(string path, string[] elements, string? file, HoconDocument? document, Answer answer)
    {
        var known = ActorsConfiguration.Find(string.Join('.', elements));
        var value = document is null ? null : Find(document.Root, elements);
        var below = value is HoconObject or HoconArray || known is not null ? [] : Below(elements);
        if (value is null && known is null && below.Count == 0)
        {
            var nearest = DidYouMean.Nearest(path, Candidates(elements, document));
            var message = $"Nobody knows '{path}'{(file is null ? "" : $", and {file} does not set it")}.{(nearest is null ? "" : $" Did you mean '{nearest}'?")}";
            return answer.Give(ExitCode.UnknownPath, new { error = message, path, didYouMean = nearest }, message);
        }

        return answer.Give(
            ExitCode.Fine,
            new
            {
                path,
                isSet = value is not null,
                value = value is HoconScalar scalar ? scalar.Text : value?.ToString(),
                origin = value is null ? null : Answer.Place.Of(value.Origin),
                resolvedFrom = value?.ResolvedFrom is { } from ? Answer.Place.Of(from) : null,
                overridden = value?.Overridden.Select(Answer.Place.Of) ?? [],
                setting = known is null ? null : Described(known),
                members = value is HoconObject or HoconArray
                    ? Leaves(value).Select(leaf => (object)new { path = Join(path, leaf.Path), value = Shown(leaf.Value), origin = Answer.Place.Of(leaf.Value.Origin) })
                    : below.Select(Described),
            },
            Text(path, file, value, known, below));
    }

    private static object Described(SettingDescription setting) =>
        new { setting.Path, setting.Type, setting.Unit, setting.Expected, setting.Default, setting.Text, setting.AppliesAtOnce };

    private static string Text(string path, string? file, HoconValue? value, SettingDescription? known, IReadOnlyList<SettingDescription> below)
    {
        var text = new StringBuilder();
        text.Append(value is HoconScalar ? $"{path} = {Shown(value)}" : value is not null || known is null ? path : $"{path} = {known.Default}").Append('\n');
        if (value is not null)
        {
            Line("set at", Written(value.Origin));
            if (value.ResolvedFrom is { } from)
            {
                Line("found at", Written(from));
            }

            foreach (var overridden in value.Overridden)
            {
                Line("overrides", Written(overridden));
            }
        }
        else if (known is not null)
        {
            Line("set at", file is null ? "nowhere: this is the default" : $"nowhere in {file}: this is the default");
        }

        if (known is not null)
        {
            Line("type", known.Type + (known.Unit is null ? "" : $"; a bare number is {known.Unit}"));
            Line("value", known.Expected);
            Line("default", known.Default);
            Line("a change", known.AppliesAtOnce ? "applies while the program runs" : "applies at the next start");
            text.Append('\n').Append(known.Text).Append('\n');
        }

        foreach (var leaf in value is HoconObject or HoconArray ? Leaves(value) : [])
        {
            text.Append($"  {leaf.Path} = {Shown(leaf.Value)}    {leaf.Value.Origin}\n");
        }

        foreach (var setting in below)
        {
            text.Append($"  {setting.Path} = {setting.Default}\n      {setting.Text}\n");
        }

        return text.ToString().TrimEnd('\n');

        void Line(string name, string what) => text.Append($"  {name,-10} {what}\n");
    }

    private static string Shown(HoconValue value) => value is HoconScalar { Kind: not HoconValueKind.String } scalar ? scalar.Text : value.ToString();

    private static string Join(string path, string below) => $"{path}.{below}";

    private static string Written(HoconOrigin origin) => origin.Line == 0 ? origin.ToString() : $"{origin}    {origin.SourceLine.Trim()}";

    private static IEnumerable<HoconEntry> Leaves(HoconValue value) => value is HoconObject fields
        ? fields.Entries().Where(entry => entry.Value is HoconScalar or HoconArray { Count: 0 } or HoconObject { Count: 0 })
        : ((HoconArray)value).Select((item, index) => new HoconEntry([index.ToString(System.Globalization.CultureInfo.InvariantCulture)], item));

    /// <summary>The value at a path, which may be spelled as in HOCON or as in code.</summary>
    private static HoconValue? Find(HoconValue root, IEnumerable<string> elements)
    {
        var value = root;
        foreach (var element in elements)
        {
            value = value switch
            {
                HoconObject fields when fields.TryGetValue(element, out var member) => member,
                HoconObject fields => fields.FirstOrDefault(field => IsSame(field.Key, element)).Value,
                HoconArray items when int.TryParse(element, out var index) && index >= 0 && index < items.Count => items[index],
                _ => null,
            };
            if (value is null)
            {
                return null;
            }
        }

        return value;
    }

    /// <summary>The keys of a section that is not set.</summary>
    private static List<SettingDescription> Below(string[] elements) =>
        [.. ActorsConfiguration.Settings.Where(setting => setting.Path.Split('.') is var pattern && pattern.Length > elements.Length && Begins(pattern, elements))];

    private static bool Begins(string[] pattern, string[] elements) =>
        elements.Zip(pattern).All(static pair => pair.Second is "NAME" or "TYPE" || IsSame(pair.First, pair.Second));

    private static bool IsSame(string left, string right) => string.Equals(
        left.Replace("-", "", StringComparison.Ordinal), right.Replace("-", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);

    /// <summary>All paths that could have been meant, with the names that were given in the place of NAME and TYPE.</summary>
    private static IEnumerable<string> Candidates(string[] elements, HoconDocument? document) =>
        ActorsConfiguration.Settings
            .Select(setting => string.Join('.', setting.Path.Split('.').Select((part, i) => part is "NAME" or "TYPE" && i < elements.Length ? elements[i] : part)))
            .Concat(document?.Root.Entries().Select(entry => entry.Path) ?? []);
}
