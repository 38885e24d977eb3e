using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace Actors.Cli.Running;

/// <summary>Whole numbers of the command line. What is none is answered in words, without the types of our code.</summary>
internal static class WholeNumber
{
    /// <summary>Reads a value that may be any number; whoever gets it says what it is good for.</summary>
    public static Func<ArgumentResult, T?> Any<T>()
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T> => result => Read<T>(result, T.MinValue, T.MaxValue, "");

    /// <summary>Reads a value that must not be less.</summary>
    public static Func<ArgumentResult, T?> From<T>(T least)
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T> => result => Read(result, least, T.MaxValue, $" of {least} or more");

    /// <summary>Reads a value that must be in a range.</summary>
    public static Func<ArgumentResult, T?> Between<T>(T least, T most)
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T> => result => Read(result, least, most, $" from {least} to {most}");

    private static T? Read<T>(ArgumentResult result, T least, T most, string range)
        where T : struct, IBinaryInteger<T>
    {
        var text = result.Tokens[0].Value;
        if (T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        var name = result.Parent is OptionResult option ? $"{option.Option.Name} " : "";
        result.AddError($"'{name}{text}' must be a whole number{range}.");
        return null;
    }
}
