using System.Globalization;
using Actors.Hocon;
using Actors.Services;
using Microsoft.Extensions.Configuration;

namespace Actors.Hosting.Settings;

/// <summary>Reads sections into options, and collects every fault with its place instead of stopping at the first.</summary>
internal sealed class SettingReader(IConfiguration configuration)
{
    private readonly List<ConfigurationFault> _faults = [];

    public IReadOnlyList<ConfigurationFault> Faults => _faults;

    public void AddFault(string fault) => _faults.Add(new ConfigurationFault(fault));

    /// <summary>Collects what a check throws.</summary>
    /// <param name="check">The check.</param>
    /// <param name="section">What it is about; null for something in the code.</param>
    public bool Check(Action check, IConfigurationSection? section = null)
    {
        try
        {
            check();
            return true;
        }
        catch (Exception fault) when (fault is ArgumentException or ServiceException or FormatException or TimeZoneNotFoundException)
        {
            _faults.Add(new ConfigurationFault(WithoutParameter(fault.Message), null, section is null ? null : Place(section)));
            return false;
        }
    }

    /// <summary>Collects what a check of the values throws, under the key as the user writes it, with its place if it was written.</summary>
    /// <param name="section">Where they were written.</param>
    /// <param name="options">The values. One that is refused becomes the default, so that the check comes to those behind it.</param>
    /// <param name="settings">The keys.</param>
    /// <param name="validate">The check, which throws at the first that it refuses.</param>
    /// <param name="defaults">Values that it does not refuse.</param>
    public bool CheckRanges<TOptions>(IConfigurationSection section, TOptions options, IReadOnlyList<Setting<TOptions>> settings, Action validate, TOptions defaults)
    {
        for (var refused = new HashSet<string>(); ;)
        {
            try
            {
                validate();
                return refused.Count == 0;
            }
            catch (ArgumentException fault)
            {
                var text = WithoutParameter(fault.Message);
                var named = settings.Where(setting => SettingName.IsSame(setting.Key[(setting.Key.LastIndexOf('.') + 1)..], fault.ParamName ?? "")).ToList();
                if (((named.Count > 1 ? named.Find(setting => IsCause(setting, options, validate, defaults, fault)) : null) ?? named.FirstOrDefault()) is not { } setting)
                {
                    _faults.Add(new ConfigurationFault($"{Path(section)}: {text}", null, Place(section)));
                    return false;
                }

                // The default may not fit to another value, as a longest delay to a shortest. That was told already.
                if (!refused.Add(setting.Key))
                {
                    return false;
                }

                var rule = text.IndexOf("') ", StringComparison.Ordinal) is >= 0 and var end ? $" {Rule(text[(end + 3)..])}" : $": {text.ReplaceLineEndings(" ")}";
                _faults.Add(new ConfigurationFault(
                    $"'{Path(section)}.{setting.Key} = {setting.Get(options)}'{rule}", null, PlaceOfValue(section.GetSection(setting.Key.Replace('.', ':')))));
                setting.TrySet(options, setting.Get(defaults));
            }
        }
    }

    /// <summary>Keys of several parts of the options may end in the same word: the one is meant whose default is no such fault.</summary>
    private static bool IsCause<TOptions>(Setting<TOptions> setting, TOptions options, Action validate, TOptions defaults, ArgumentException fault)
    {
        var value = setting.Get(options);
        setting.TrySet(options, setting.Get(defaults));
        try
        {
            validate();
            return true;
        }
        catch (ArgumentException next)
        {
            return next.Message != fault.Message;
        }
        finally
        {
            setting.TrySet(options, value);
        }
    }

    /// <summary>Sets what the section states; every key in it must be one of the settings or of <paramref name="others"/>.</summary>
    public void Read<TOptions>(IConfigurationSection section, TOptions options, IReadOnlyList<Setting<TOptions>> settings, params string[] others) =>
        Read(section, "", options, settings, others);

    /// <summary>Reports the children of a section that nobody knows.</summary>
    public void RefuseUnknown(IConfigurationSection section, string what, IReadOnlyCollection<string> known)
    {
        foreach (var child in section.GetChildren())
        {
            if (!known.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            {
                _faults.Add(new ConfigurationFault($"there is no {what} '{child.Key}'", Suggestion(child.Key, known), Place(child)));
            }
        }
    }

    private void Read<TOptions>(
        IConfigurationSection section, string prefix, TOptions options, IReadOnlyList<Setting<TOptions>> settings, IReadOnlyList<string> others)
    {
        foreach (var child in section.GetChildren().GroupBy(child => SettingName.Bare(child.Key), StringComparer.OrdinalIgnoreCase).Select(Latest))
        {
            var key = prefix + child.Key;
            if (others.Any(other => SettingName.IsSame(key, other)))
            {
                continue;
            }

            if (settings.FirstOrDefault(setting => SettingName.IsSame(key, setting.Key)) is { } known)
            {
                Set(child, options, known);
            }
            else if (settings.Any(setting => setting.Key.StartsWith(Group(key, settings), StringComparison.Ordinal)))
            {
                Read(child, Group(key, settings), options, settings, []);
            }
            else
            {
                _faults.Add(new ConfigurationFault($"unknown key '{Path(child)}'", Suggestion(child.Key, Names(prefix, settings, others)), Place(child)));
            }
        }
    }

    private void Set<TOptions>(IConfigurationSection child, TOptions options, Setting<TOptions> setting)
    {
        var text = child.Value ?? (setting.Type == Setting<TOptions>.ListType ? string.Join(',', child.GetChildren().Select(item => item.Value)) : null);
        if (text is null)
        {
            _faults.Add(new ConfigurationFault(
                $"'{Path(child)}' must be {setting.Expected}, but is {(child.GetChildren().Any() ? "an object" : "null")}.", null, Place(child)));
        }
        else
        {
            try
            {
                var isSet = setting.TrySetOf is { } trySet
                    ? trySet(options, text.Trim(), child.Path.Split(ConfigurationPath.KeyDelimiter)[^2])
                    : setting.TrySet(options, text.Trim());
                if (!isSet)
                {
                    _faults.Add(new ConfigurationFault($"'{Path(child)} = {text}' must be {setting.Expected}.", null, PlaceOfValue(child)));
                }
            }
            catch (ScheduleFormatException wrong)
            {
                _faults.Add(new ConfigurationFault($"'{Path(child)}': {wrong.Message}", null, PlaceOfValue(child)));
            }
        }
    }

    private static string Group<TOptions>(string key, IReadOnlyList<Setting<TOptions>> settings)
    {
        var depth = key.Count(c => c == '.') + 1;
        foreach (var setting in settings)
        {
            var parts = setting.Key.Split('.');
            if (parts.Length > depth && SettingName.IsSame(string.Join('.', parts[..depth]), key))
            {
                return string.Join('.', parts[..depth]) + ".";
            }
        }

        return "\0"; // No setting begins so.
    }

    private static IEnumerable<string> Names<TOptions>(string prefix, IReadOnlyList<Setting<TOptions>> settings, IReadOnlyList<string> others) =>
        settings.Where(setting => setting.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(setting => setting.Key[prefix.Length..].Split('.')[0])
            .Concat(others)
            .Distinct();

    private static string? Suggestion(string word, IEnumerable<string> known)
    {
        var names = known.ToList();
        return DidYouMean.Suggest(word, names) ?? (names.Count == 0 ? null : $"known are: {string.Join(", ", names.Order())}");
    }

    /// <summary>Of two spellings of one key the one whose source came last, as with one spelling.</summary>
    private IConfigurationSection Latest(IEnumerable<IConfigurationSection> spellings)
    {
        var all = spellings.ToList();
        return all.Count == 1 || configuration is not IConfigurationRoot root
            ? all[^1]
            : all.MaxBy(child => root.Providers.ToList().FindLastIndex(provider => provider.TryGet(child.Path, out _)))!; // There are two.
    }

    /// <summary>What an exception says, without the name of the parameter that .NET adds.</summary>
    private static string WithoutParameter(string message) => message.Split(" (Parameter", 2)[0];

    /// <summary><c>must be greater than or equal to '00:00:01'.</c> with its time as settings write times.</summary>
    private static string Rule(string text) =>
        text.Split('\'') is [var rule, var limit, var end] && limit.Contains(':', StringComparison.Ordinal)
        && TimeSpan.TryParse(limit, CultureInfo.InvariantCulture, out var time)
            ? $"{rule}{DurationText.Of(time)}{end}"
            : text.Replace("'", "", StringComparison.Ordinal);

    private static string Path(IConfigurationSection section) => section.Path.Replace(':', '.');

    /// <summary>Where the key was written, if its source can say so.</summary>
    private HoconOrigin? Place(IConfigurationSection section) => Find(section)?.KeyOrigin;

    /// <summary>Where the value was written, if its source can say so.</summary>
    private HoconOrigin? PlaceOfValue(IConfigurationSection section) => Find(section)?.Origin;

    private HoconValue? Find(IConfigurationSection section) => (configuration as IConfigurationRoot)?.FindHocon(section.Path);
}
