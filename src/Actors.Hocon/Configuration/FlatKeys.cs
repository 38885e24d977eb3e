using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Actors.Hocon.Configuration;

/// <summary>A document as the flat keys of <see cref="IConfiguration"/>.</summary>
internal static class FlatKeys
{
    /// <exception cref="HoconException">Two keys differ only by case, which a configuration cannot tell apart, or the root
    /// is a list.</exception>
    public static Dictionary<string, string?> Flatten(HoconDocument document)
    {
        var data = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        var errors = new List<HoconError>();
        var pending = new Stack<(string? Key, HoconValue Value)>();
        pending.Push((null, document.Root));
        while (pending.TryPop(out var entry))
        {
            switch (entry.Value)
            {
                case HoconScalar scalar:
                    data[entry.Key ?? string.Empty] = scalar.IsNull ? null : scalar.Text;
                    break;
                case HoconArray { Count: 0 }:
                    data[entry.Key ?? string.Empty] = string.Empty;
                    break;
                case HoconObject { Count: 0 } when entry.Key is not null:
                    data[entry.Key] = null;
                    break;
                case HoconArray items:
                    for (var i = 0; i < items.Count; i++)
                    {
                        pending.Push((Append(entry.Key, i.ToString(CultureInfo.InvariantCulture)), items[i]));
                    }

                    break;
                case HoconObject fields:
                    FindClashes(fields, errors);
                    foreach (var (key, member) in fields)
                    {
                        pending.Push((Append(entry.Key, key), member));
                    }

                    break;
            }
        }

        return errors.Count == 0 ? data : throw new HoconException(errors);
    }

    /// <summary>The value at a flat key, without regard to case.</summary>
    public static HoconValue? Find(HoconDocument document, string key)
    {
        var value = document.Value;
        foreach (var element in key.Split(ConfigurationPath.KeyDelimiter))
        {
            var next = value switch
            {
                HoconObject fields => fields.FirstOrDefault(
                    member => string.Equals(member.Key, element, StringComparison.OrdinalIgnoreCase)).Value,
                HoconArray items when int.TryParse(element, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                    && index < items.Count => items[index],
                _ => null,
            };
            if (next is null)
            {
                return null;
            }

            value = next;
        }

        return value;
    }

    private static string Append(string? prefix, string key) =>
        prefix is null ? key : string.Concat(prefix, ConfigurationPath.KeyDelimiter, key);

    private static void FindClashes(HoconObject fields, List<HoconError> errors)
    {
        var seen = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, member) in fields)
        {
            if (!seen.TryAdd(key, key))
            {
                errors.Add(new HoconError(
                    member.KeyOrigin,
                    $"The keys '{seen[key]}' and '{key}' differ only by case, which a configuration cannot tell apart.",
                    "one spelling"));
            }
        }
    }
}
