using System.Reflection;
using System.Runtime.CompilerServices;

namespace Actors.Architecture.Tests;

/// <summary>Types as one writes them in C#.</summary>
internal static class CSharpNames
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void", [typeof(object)] = "object", [typeof(string)] = "string", [typeof(bool)] = "bool", [typeof(char)] = "char",
        [typeof(byte)] = "byte", [typeof(short)] = "short", [typeof(int)] = "int", [typeof(long)] = "long", [typeof(uint)] = "uint",
        [typeof(ulong)] = "ulong", [typeof(float)] = "float", [typeof(double)] = "double", [typeof(decimal)] = "decimal",
    };

    public static string Constraints(IEnumerable<Type> arguments) => string.Concat(arguments.Select(argument =>
    {
        var flags = argument.GenericParameterAttributes;
        var isStruct = flags.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint);
        var types = argument.GetGenericParameterConstraints().Where(one => one != typeof(ValueType)).Select(one => TypeName(one)).ToList();
        string?[] all =
        [
            isStruct ? "struct" : flags.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint) ? "class" : types.Count == 0 && IsNotNull(argument) ? "notnull" : null,
            .. types,
            flags.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) && !isStruct ? "new()" : null,
        ];
        return all.All(one => one is null) ? "" : $" where {argument.Name} : {string.Join(", ", all.Where(one => one is not null))}";
    }));

    /// <summary>The compiler writes 1 for notnull and 2 for no constraint: on the parameter, or else as the default of what is around it.</summary>
    private static bool IsNotNull(Type argument)
    {
        object? flag = Flag(argument, "NullableAttribute");
        for (MemberInfo? around = argument.DeclaringMethod ?? (MemberInfo?)argument.DeclaringType; flag is null && around is not null; around = around.DeclaringType)
        {
            flag = Flag(around, "NullableContextAttribute");
        }

        return flag is (byte)1;

        static object? Flag(MemberInfo member, string attribute) =>
            member.CustomAttributes.FirstOrDefault(one => one.AttributeType.Name == attribute)?.ConstructorArguments[0].Value;
    }

    public static string Generic(IReadOnlyCollection<Type> arguments) =>
        arguments.Count == 0 ? "" : $"<{string.Join(", ", arguments.Select(one => Variance(one) + one.Name))}>";

    private static string Variance(Type argument) => (argument.GenericParameterAttributes & GenericParameterAttributes.VarianceMask) switch
    {
        GenericParameterAttributes.Covariant => "out ",
        GenericParameterAttributes.Contravariant => "in ",
        _ => "",
    };

    /// <summary>The name by which a type is declared, that of the types around it included.</summary>
    public static string Name(Type type) =>
        (type.DeclaringType is { } outer ? Name(outer) + "." : "") + SimpleName(type) +
        Generic([.. type.GetGenericArguments().Skip(type.DeclaringType?.GetGenericArguments().Length ?? 0)]);

    public static string SimpleName(Type type) => type.Name.Split('`')[0];

    /// <summary>The name by which a type is used, in C# and with its nullability.</summary>
    public static string TypeName(Type type, NullabilityInfo? nullability = null)
    {
        if (type.IsByRef)
        {
            return TypeName(type.GetElementType()!, nullability); // a reference refers to something
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return TypeName(underlying, nullability?.GenericTypeArguments.FirstOrDefault()) + "?";
        }

        var mark = !type.IsValueType && !type.IsGenericParameter && nullability is { ReadState: NullabilityState.Nullable } ? "?" : "";
        if (type.IsArray)
        {
            return TypeName(type.GetElementType()!, nullability?.ElementType) + "[]" + mark; // an array has elements
        }

        if (Keywords.TryGetValue(type, out var keyword))
        {
            return keyword + mark;
        }

        var arguments = type.GetGenericArguments();
        var own = string.Join(", ", arguments.Select((argument, index) => TypeName(argument, nullability?.GenericTypeArguments.ElementAtOrDefault(index))));
        if (typeof(ITuple).IsAssignableFrom(type) && type.IsValueType)
        {
            return $"({own})";
        }

        var name = type.IsNested && !type.IsGenericParameter ? TypeName(type.DeclaringType!).Split('<')[0] + "." + SimpleName(type) : SimpleName(type);
        return name + (arguments.Length == 0 ? "" : $"<{own}>") + mark;
    }
}
