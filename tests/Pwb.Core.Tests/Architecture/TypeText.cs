using System.Reflection;
using System.Runtime.CompilerServices;

namespace Pwb.Tests.Architecture;

/// <summary>
/// Writes a type as a member declares it: with what may be null, at every depth, and the names of tuples' elements.
/// </summary>
internal static class TypeText
{
    public static string Of(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying) return Of(underlying) + "?";
        if (type.IsByRef) return Of(type.GetElementType()!);
        if (type.IsArray) return Of(type.GetElementType()!) + "[]";
        return type.IsGenericType ? $"{Plain(type)}<{string.Join(", ", type.GetGenericArguments().Select(Of))}>" : type.Name;
    }

    /// <param name="nullability">The type, and what may be null in it.</param>
    /// <param name="tupleNames">The names of the elements of its tuples, outer before inner; they are taken out.</param>
    public static string Of(NullabilityInfo nullability, Queue<string?> tupleNames)
    {
        Type type = nullability.Type;
        string mark = nullability.ReadState == NullabilityState.Nullable ? "?" : "";
        if (type.IsByRef) type = type.GetElementType()!;
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            type = underlying;
            mark = "?";
        }

        if (type.IsArray)
            return (nullability.ElementType is { } element ? Of(element, tupleNames) : Of(type.GetElementType()!)) + "[]" + mark;
        NullabilityInfo[] arguments = nullability.GenericTypeArguments;
        if (arguments.Length == 0 || !type.IsGenericType) return Of(type) + mark;
        if (!typeof(ITuple).IsAssignableFrom(type) || tupleNames.Count == 0)
            return $"{Plain(type)}<{string.Join(", ", arguments.Select(argument => Of(argument, tupleNames)))}>{mark}";

        string?[] names = [.. arguments.Select(_ => tupleNames.Dequeue())];
        IEnumerable<string> elements =
            arguments.Zip(names, (argument, name) => Of(argument, tupleNames) + (name is null ? "" : " " + name));
        return $"({string.Join(", ", elements)}){mark}";
    }

    private static string Plain(Type type) => type.Name.Split('`')[0];
}
