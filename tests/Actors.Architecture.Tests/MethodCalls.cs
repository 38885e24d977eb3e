using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Actors.Architecture.Tests;

/// <summary>Who calls what, read from the compiled code: a property named Result is not taken for that of a task.</summary>
internal static partial class MethodCalls
{
    private const BindingFlags All =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<ushort, OpCode> OpCodesByValue =
        typeof(OpCodes).GetFields().Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => (ushort)code.Value); // static fields, all set

    /// <summary>Every call, with the method as it stands in the source: that around a lambda or an await.</summary>
    public static IEnumerable<(string Caller, bool IsAwait, MethodBase Callee)> In(Assembly assembly) =>
        from type in assembly.GetTypes()
        from method in type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All))
        from callee in Callees(method)
        select (SourceName(method), typeof(IAsyncStateMachine).IsAssignableFrom(type), callee);

    private static IEnumerable<MethodBase> Callees(MethodBase method)
    {
        var code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (var at = 0; at < code.Length;)
        {
            var isLong = code[at] == 0xFE;
            var opCode = OpCodesByValue[isLong ? (ushort)(0xFE00 | code[at + 1]) : code[at]];
            at += isLong ? 2 : 1;
            if (opCode.OperandType == OperandType.InlineMethod)
            {
                yield return method.Module.ResolveMethod(
                    BitConverter.ToInt32(code, at),
                    method.DeclaringType!.GetGenericArguments(), // code is in a type
                    method.IsGenericMethod ? method.GetGenericArguments() : null)!; // the compiler wrote the token
            }

            at += opCode.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(code, at),
                _ => 4,
            };
        }
    }

    private static string SourceName(MethodBase method)
    {
        var name = method.Name;
        var type = method.DeclaringType!; // code is in a type
        for (; type.Name.StartsWith('<') && type.DeclaringType is not null; type = type.DeclaringType)
        {
            name = Bracketed().Match(name).Success ? name : type.Name;
        }

        var bracketed = Bracketed().Match(name);
        return $"{type.FullName!.Split('`')[0].Replace('+', '.')}.{(bracketed.Success ? bracketed.Groups[1].Value : name)}"; // ours have names
    }

    [GeneratedRegex(@"^<(\w+)>")]
    private static partial Regex Bracketed();
}
