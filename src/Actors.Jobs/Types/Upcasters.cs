using System.Text.Json;
using System.Text.Json.Nodes;

namespace Actors.Jobs.Types;

/// <summary>The steps from older versions of a job's arguments to the version of its class: none, or all from some version on.</summary>
internal sealed class Upcasters
{
    private readonly JobType _type;
    private readonly Func<JsonObject, JsonObject>[] _steps;

    /// <exception cref="JobTypeException">A step is missing, or there is one too many.</exception>
    public Upcasters(JobType type, IEnumerable<UpcasterDefinition> steps)
    {
        _type = type;
        var ordered = steps.OrderBy(step => step.FromVersion).ToArray();
        for (var i = 0; i < ordered.Length; i++)
        {
            var version = ordered[i].FromVersion;
            if (version < 1)
            {
                throw Fault($"an upcaster from version {version}, but versions begin at 1");
            }

            if (version >= type.Version)
            {
                throw Fault($"an upcaster from version {version}, which is not older than version {type.Version} of {type.ClrType}");
            }

            if (i > 0 && version == ordered[i - 1].FromVersion)
            {
                throw Fault($"two upcasters from version {version}");
            }

            if (i > 0 && version != ordered[i - 1].FromVersion + 1)
            {
                throw Fault($"an upcaster from version {ordered[i - 1].FromVersion}, but none from version {ordered[i - 1].FromVersion + 1}");
            }
        }

        if (ordered.Length > 0 && ordered[^1].FromVersion != type.Version - 1)
        {
            throw Fault($"no upcaster from version {type.Version - 1} to {type.Version}, the version of {type.ClrType}");
        }

        _steps = [.. ordered.Select(step => step.Upcast)];
    }

    /// <summary>Reads arguments of any version.</summary>
    /// <exception cref="JobTypeException">The version cannot be read here.</exception>
    /// <exception cref="JsonException">The arguments do not fit the class.</exception>
    public object Read(ReadOnlySpan<byte> json, int version)
    {
        // Without steps, whoever raised the version has said that older arguments can be read as they are.
        if (version == _type.Version || (version < _type.Version && _steps.Length == 0))
        {
            return _type.Deserialize(json);
        }

        if (version > _type.Version)
        {
            throw new JobTypeException(
                $"Its arguments have version {version}, newer than version {_type.Version} of '{_type.Name}' in this program. It runs when a newer program owns the queue.");
        }

        var first = _type.Version - _steps.Length;
        if (version < first)
        {
            throw new JobTypeException($"Its arguments have version {version}; the oldest that '{_type.Name}' has an upcaster for is {first}.");
        }

        var args = _type.Parse(json);
        foreach (var step in _steps.AsSpan(version - first))
        {
            args = step(args) ?? throw new JsonException($"An upcaster of '{_type.Name}' returned null.");
        }

        return _type.Deserialize(args);
    }

    private JobTypeException Fault(string what) => new($"'{_type.Name}' has {what}.");
}
