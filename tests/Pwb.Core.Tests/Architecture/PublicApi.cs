using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Pwb.Tests.Architecture;

/// <summary>Writes an assembly's public interface as text, a line for each member, sorted.</summary>
internal static class PublicApi
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly NullabilityInfoContext Nullability = new();

    public static string Describe(Assembly assembly)
    {
        StringBuilder text = new();
        foreach (Type type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(Kind(type)).Append(' ').Append(type.FullName).Append(Bases(type)).Append('\n');
            foreach (string line in type.GetMembers(Declared).Select(Describe).OfType<string>().Order(StringComparer.Ordinal))
                text.Append("    ").Append(line).Append('\n');
        }

        return text.ToString();
    }

    private static string Kind(Type type) => type switch
    {
        { IsInterface: true } => "interface",
        { IsEnum: true } => "enum",
        { IsValueType: true } =>
            (type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly " : "") + (type.IsByRefLike ? "ref struct" : "struct"),
        { IsAbstract: true, IsSealed: true } => "static class",
        { IsAbstract: true } => "abstract class",
        { IsSealed: true } => "sealed class",
        _ => "class",
    };

    /// <summary>The base class, unless every type of that kind has it, and the interfaces that it does not bring along.</summary>
    private static string Bases(Type type)
    {
        if (type.IsEnum) return "";
        IEnumerable<Type> interfaces = type.GetInterfaces().Except(type.BaseType?.GetInterfaces() ?? []).Where(
            @interface => @interface.IsVisible);
        string[] names = [.. interfaces.Select(@interface => TypeText.Of(@interface)).Order(StringComparer.Ordinal)];
        if (type.BaseType is { } @base && @base != typeof(object) && @base != typeof(ValueType))
            names = [TypeText.Of(@base), .. names];
        return names.Length == 0 ? "" : " : " + string.Join(", ", names);
    }

    private static string? Describe(MemberInfo member) => member switch
    {
        ConstructorInfo constructor when IsVisible(constructor) => $"{Access(constructor)}new({Parameters(constructor)})",
        MethodInfo method when IsVisible(method)
            && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal))
            && !method.Name.StartsWith('<') =>
            $"{Access(method)}{Kind(method)}{Returned(method)} {method.Name}{Generics(method)}({Parameters(method)})",
        PropertyInfo property when property.GetMethod is { } getter && IsVisible(getter) =>
            $"{Access(getter)}{Kind(getter)}{Required(property)}{Returned(getter)} {property.Name}{Index(property)} {{ "
                + $"get; {Setter(property)}}}",
        EventInfo @event when @event.AddMethod is { } adder && IsVisible(adder) =>
            $"{Access(adder)}{Kind(adder)}event {TypeText.Of(Nullability.Create(@event), TupleNames(@event))} {@event.Name}",
        FieldInfo { IsPublic: true, IsLiteral: true } field =>
            $"const {TypeText.Of(field.FieldType)} {field.Name} = {field.GetRawConstantValue()}",
        FieldInfo { IsPublic: true, IsSpecialName: false } field =>
            (field.IsStatic ? "static " : "") + (field.IsInitOnly ? "readonly " : "")
                + $"{TypeText.Of(Nullability.Create(field), TupleNames(field))} {field.Name}",
        _ => null,
    };

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static string Kind(MethodInfo method) => method switch
    {
        { IsStatic: true } => "static ",
        { IsAbstract: true } => "abstract ",
        { DeclaringType.IsInterface: true } => "default ", // an implementation that implementers may leave as it is
        { IsVirtual: true, IsFinal: false, DeclaringType.IsSealed: false } when method.GetBaseDefinition() == method =>
            "virtual ",
        _ => "",
    };

    private static string Required(PropertyInfo property) =>
        property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";

    private static string Setter(PropertyInfo property)
    {
        if (property.SetMethod is not { } setter || !IsVisible(setter)) return "";
        return setter.ReturnParameter.GetRequiredCustomModifiers().Length > 0 ? "init; " : "set; ";
    }

    private static string Returned(MethodInfo method)
    {
        ParameterInfo returned = method.ReturnParameter;
        string name = TypeText.Of(Nullability.Create(returned), TupleNames(returned));
        if (!returned.ParameterType.IsByRef) return name;
        return (returned.GetRequiredCustomModifiers().Length > 0 ? "ref readonly " : "ref ") + name;
    }

    private static string Generics(MethodInfo method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Generic))}>" : "";

    private static string Generic(Type argument) =>
        string.Join(" : ", [argument.Name, .. argument.GetGenericParameterConstraints().Select(type => TypeText.Of(type))]);

    private static string Index(PropertyInfo property) =>
        property.GetIndexParameters().Length == 0 ? "" : $"[{Parameters(property.GetMethod!)}]";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        Passing(parameter) + TypeText.Of(Nullability.Create(parameter), TupleNames(parameter)) + " " + parameter.Name
            + Default(parameter)));

    private static string Passing(ParameterInfo parameter)
    {
        if (parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute)))
            return "params ";
        if (!parameter.ParameterType.IsByRef) return "";
        return parameter.IsOut ? "out " : parameter.IsDefined(typeof(IsReadOnlyAttribute))
            ? "in " : parameter.IsDefined(typeof(RequiresLocationAttribute)) ? "ref readonly " : "ref ";
    }

    private static string Default(ParameterInfo parameter) => !parameter.HasDefaultValue ? "" : parameter.DefaultValue switch
    {
        null => " = default",
        string text => $" = \"{text}\"",
        object value => $" = {value}",
    };

    private static Queue<string?> TupleNames(ICustomAttributeProvider declaration) =>
        new(declaration.GetCustomAttributes(typeof(TupleElementNamesAttribute), false).OfType<TupleElementNamesAttribute>()
            .SelectMany(names => names.TransformNames));
}
