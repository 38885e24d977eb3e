using System.Globalization;

namespace Actors.Benchmarks;

/// <summary>Options of the form <c>--name value</c>.</summary>
internal sealed class Options(IReadOnlyList<string> args)
{
    public int Int(string name, int otherwise) => int.Parse(Text(name, otherwise.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);

    public string Text(string name, string otherwise)
    {
        for (var i = 0; i + 1 < args.Count; i++)
        {
            if (args[i] == "--" + name)
            {
                return args[i + 1];
            }
        }

        return otherwise;
    }
}
