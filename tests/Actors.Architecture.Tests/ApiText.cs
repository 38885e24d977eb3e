using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using static Actors.Architecture.Tests.CSharpNames;

namespace Actors.Architecture.Tests;

/// <summary>
/// What users of an assembly can see, as text: a line for each type, an indented line for each member, sorted. What a record
/// makes by itself is left out; its positional members are on its own line.
/// </summary>
internal static class ApiText
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly NullabilityInfoContext Nullability = new();

    public static string Of(Assembly assembly) =>
        string.Concat(assembly.GetTypes().Where(IsVisible).OrderBy(Name, StringComparer.Ordinal).SelectMany(TypeLines).Select(line => line + "\n"));

    private static IEnumerable<string> TypeLines(Type type)
    {
        yield return Header(type);
        if (!typeof(Delegate).IsAssignableFrom(type))
        {
            foreach (var line in type.IsEnum ? EnumValues(type) : Members(type))
            {
                yield return "    " + line;
            }
        }
    }

    private static bool IsVisible(Type type) =>
        (type.IsPublic || (type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem) && IsVisible(type.DeclaringType!)) &&
        !IsCompilerMade(type);

    private static string Header(Type type)
    {
        if (typeof(Delegate).IsAssignableFrom(type))
        {
            var invoke = type.GetMethod("Invoke")!; // every delegate has it
            return $"public delegate {Return(invoke)} {Name(type)}({Parameters(invoke)}){Constraints(type.GetGenericArguments())}";
        }

        var isRecord = IsRecord(type);
        var kind = type switch
        {
            { IsEnum: true } => "enum",
            { IsInterface: true } => "interface",
            { IsValueType: true } => (type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly " : "") + (isRecord ? "record struct" : "struct"),
            { IsAbstract: true, IsSealed: true } => "static class",
            _ => (type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "") + (isRecord ? "record" : "class"),
        };
        var bases = Bases(type).Select(one => TypeName(one)).ToList();
        return (type.IsNestedFamily || type.IsNestedFamORAssem ? "protected " : "public ") + kind + " " + Name(type) +
            (Positional(type) is { } constructor ? $"({Parameters(constructor)})" : "") +
            (bases.Count == 0 ? "" : " : " + string.Join(", ", bases)) + Constraints(type.GetGenericArguments());
    }

    private static IEnumerable<Type> Bases(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetUnderlyingType(type) == typeof(int) ? [] : [Enum.GetUnderlyingType(type)];
        }

        var inherited = (type.BaseType?.GetInterfaces() ?? []).Concat(type.GetInterfaces().SelectMany(one => one.GetInterfaces())).ToHashSet();
        var interfaces = type.GetInterfaces()
            .Where(one => !inherited.Contains(one) && one.IsVisible)
            .Where(one => !IsRecord(type) || one != typeof(IEquatable<>).MakeGenericType(type))
            .OrderBy(one => TypeName(one), StringComparer.Ordinal);
        return type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) ? interfaces.Prepend(parent) : interfaces;
    }

    private static IEnumerable<string> EnumValues(Type type) =>
        Enum.GetNames(type).Select(name => $"{name} = {Convert.ToInt64(Enum.Parse(type, name), CultureInfo.InvariantCulture)}");

    private static IEnumerable<string> Members(Type type)
    {
        var positional = Positional(type);
        var onHeader = positional?.GetParameters().Select(parameter => parameter.Name).ToHashSet() ?? [];
        return Sorted(type.GetConstructors(Declared).Where(one => IsVisible(one) && one != positional && !IsCompilerMade(one)), Constructor)
            .Concat(Sorted(type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly), Field))
            .Concat(Sorted(type.GetProperties(Declared).Where(property => IsSeen(property) && !onHeader.Contains(property.Name)), Property))
            .Concat(Sorted(type.GetEvents(Declared).Where(one => IsVisible(one.AddMethod!)), Event)) // an event has both accessors
            .Concat(Sorted(type.GetMethods(Declared).Where(IsSeen), Method));
    }

    private static IEnumerable<string> Sorted<T>(IEnumerable<T> members, Func<T, string> write)
        where T : MemberInfo =>
        members.Select(member => (member.Name, Line: write(member)))
            .OrderBy(member => member.Name, StringComparer.Ordinal).ThenBy(member => member.Line, StringComparer.Ordinal)
            .Select(member => member.Line);

    /// <summary>The constructor that a positional record was declared with: the one that its Deconstruct takes apart.</summary>
    private static ConstructorInfo? Positional(Type type)
    {
        var parts = type.GetMethod("Deconstruct", Declared) is { } deconstruct && IsCompilerMade(deconstruct)
            ? deconstruct.GetParameters().Select(part => part.Name).ToList()
            : null;
        return parts is null ? null : type.GetConstructors(Declared).FirstOrDefault(one => one.GetParameters().Select(part => part.Name).SequenceEqual(parts));
    }

    private static bool IsRecord(Type type) =>
        type.GetMethods(Declared).Any(method => method.Name == "PrintMembers" && IsCompilerMade(method));

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsCompilerMade(MemberInfo member) => member.IsDefined(typeof(CompilerGeneratedAttribute));

    private static bool IsSeen(PropertyInfo property) =>
        property.Name != "EqualityContract" && property.GetAccessors(nonPublic: true).Any(IsVisible) && !property.Name.Contains('.', StringComparison.Ordinal);

    private static bool IsSeen(MethodInfo method) =>
        IsVisible(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)) &&
        !IsCompilerMade(method) && method.GetBaseDefinition().DeclaringType != typeof(object) &&
        !method.Name.Contains('<', StringComparison.Ordinal) && !method.Name.Contains('.', StringComparison.Ordinal);

    private static string Constructor(ConstructorInfo constructor) =>
        $"{Modifiers(constructor)}{SimpleName(constructor.DeclaringType!)}({Parameters(constructor)})";

    private static string Field(FieldInfo field) =>
        (field.IsPublic ? "public " : "protected ") +
        (field.IsLiteral ? "const " : (field.IsStatic ? "static " : "") + (field.IsInitOnly ? "readonly " : "")) +
        $"{TypeName(field.FieldType, Nullability.Create(field))} {field.Name}" + (field.IsLiteral ? " = " + Literal(field.GetRawConstantValue()) : "");

    private static string Property(PropertyInfo property)
    {
        var accessors = property.GetAccessors(nonPublic: true).Where(IsVisible).ToList();
        var widest = accessors.Find(accessor => accessor.IsPublic) ?? accessors[0];
        var indexes = property.GetIndexParameters();
        var name = indexes.Length == 0 ? property.Name : $"this[{string.Join(", ", indexes.Select(Parameter))}]";
        return Modifiers(widest) + (property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "") +
            $"{TypeName(property.PropertyType, Nullability.Create(property))} {name} {{ " + string.Concat(accessors.Select(accessor =>
                (accessor.IsPublic == widest.IsPublic ? "" : "protected ") + (accessor == property.GetMethod ? "get; " : IsInit(accessor) ? "init; " : "set; "))) + "}";
    }

    private static string Event(EventInfo one) =>
        $"{Modifiers(one.AddMethod!)}event {TypeName(one.EventHandlerType!, Nullability.Create(one))} {one.Name}"; // an event has both

    private static string Method(MethodInfo method) =>
        $"{Modifiers(method)}{Return(method)} {method.Name}{Generic(method.IsGenericMethod ? method.GetGenericArguments() : [])}" +
        $"({(method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "")}{Parameters(method)}){Constraints(method.IsGenericMethod ? method.GetGenericArguments() : [])}";

    private static string Modifiers(MethodBase method)
    {
        var access = method.IsPublic ? "public " : "protected ";
        var isOverride = method is MethodInfo one && one.GetBaseDefinition() != one;
        return method.DeclaringType!.IsInterface // a member has a type
            ? method.IsStatic ? "static " : method.IsAbstract ? "" : "virtual "
            : access + method switch
            {
                { IsStatic: true } => "static ",
                _ when isOverride => method.IsFinal ? "sealed override " : "override ",
                { IsAbstract: true } => "abstract ",
                { IsVirtual: true, IsFinal: false } => "virtual ",
                _ => "",
            };
    }

    private static bool IsInit(MethodInfo setter) =>
        setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));

    private static string Return(MethodInfo method) => TypeName(method.ReturnType, Nullability.Create(method.ReturnParameter));

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter) =>
        (parameter.IsOut ? "out " : parameter.IsIn ? "in " : parameter.ParameterType.IsByRef ? "ref " : parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "") +
        $"{TypeName(parameter.ParameterType, Nullability.Create(parameter))} {parameter.Name}" +
        (parameter.HasDefaultValue ? " = " + Default(parameter) : "");

    private static string Default(ParameterInfo parameter) => parameter.DefaultValue switch
    {
        null => parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null ? "default" : "null",
        var value when parameter.ParameterType.IsEnum => $"{parameter.ParameterType.Name}.{Enum.ToObject(parameter.ParameterType, value)}",
        var value => Literal(value),
    };

    private static string Literal(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!, // constants are not null here
    };
}
