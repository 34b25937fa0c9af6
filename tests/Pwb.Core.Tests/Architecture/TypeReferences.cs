using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Pwb.Tests.Architecture;

/// <summary>
/// Which types an assembly's types use, read from its metadata: in bases, signatures, fields, locals
/// and code. What is nested in a
/// type, or what the compiler made of its lambdas and async methods, counts as that type. Constants are not
/// seen: their values are copied.
/// </summary>
internal sealed class TypeReferences : ISignatureTypeProvider<string, object?>
{
    private readonly MetadataReader _metadata;
    private readonly PEReader _image;
    private readonly SortedDictionary<string, SortedSet<string>> _uses = new(StringComparer.Ordinal);
    private SortedSet<string> _current = [];

    private TypeReferences(PEReader image)
    {
        _image = image;
        _metadata = image.GetMetadataReader();
        foreach (TypeDefinition type in _metadata.TypeDefinitions.Select(_metadata.GetTypeDefinition)) Read(type);
    }

    /// <summary>Full names of the assembly's types, and of all types, its own and others, that each of them uses.</summary>
    public static IReadOnlyDictionary<string, SortedSet<string>> Of(string assembly)
    {
        using PEReader image = new(File.OpenRead(assembly));
        return new TypeReferences(image)._uses;
    }

    public string GetArrayType(string elementType, ArrayShape shape) => elementType;

    public string GetByReferenceType(string elementType) => elementType;

    public string GetFunctionPointerType(MethodSignature<string> signature) => "";

    public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) => genericType;

    public string GetGenericMethodParameter(object? genericContext, int index) => "";

    public string GetGenericTypeParameter(object? genericContext, int index) => "";

    public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => unmodifiedType;

    public string GetPinnedType(string elementType) => elementType;

    public string GetPointerType(string elementType) => elementType;

    public string GetPrimitiveType(PrimitiveTypeCode typeCode) => Add("System." + typeCode);

    public string GetSZArrayType(string elementType) => elementType;

    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) =>
        Add(Name(_metadata.GetTypeDefinition(handle)));

    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) =>
        Add(Name(_metadata.GetTypeReference(handle)));

    public string GetTypeFromSpecification(
        MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
        _metadata.GetTypeSpecification(handle).DecodeSignature(this, null);

    private string Name(TypeDefinition type) => type.GetDeclaringType() is { IsNil: false } outer
        ? Name(_metadata.GetTypeDefinition(outer))
        : FullName(type.Namespace, type.Name);

    private string Name(TypeReference type) => type.ResolutionScope.Kind == HandleKind.TypeReference
        ? Name(_metadata.GetTypeReference((TypeReferenceHandle)type.ResolutionScope))
        : FullName(type.Namespace, type.Name);

    private string FullName(StringHandle space, StringHandle name) =>
        space.IsNil ? _metadata.GetString(name) : $"{_metadata.GetString(space)}.{_metadata.GetString(name)}";

    private string Add(string name)
    {
        _current.Add(name);
        return name;
    }

    private void Read(TypeDefinition type)
    {
        string name = Name(type);
        if (!_uses.TryGetValue(name, out SortedSet<string>? current)) _uses[name] = current = new(StringComparer.Ordinal);
        _current = current;
        Add(type.BaseType);
        foreach (InterfaceImplementationHandle handle in type.GetInterfaceImplementations())
            Add(_metadata.GetInterfaceImplementation(handle).Interface);
        foreach (GenericParameterHandle parameter in type.GetGenericParameters()) AddConstraints(parameter);
        foreach (FieldDefinitionHandle handle in type.GetFields())
            _metadata.GetFieldDefinition(handle).DecodeSignature(this, null);
        foreach (MethodDefinitionHandle handle in type.GetMethods()) Read(_metadata.GetMethodDefinition(handle));
        _current.Remove(name);
    }

    private void Read(MethodDefinition method)
    {
        method.DecodeSignature(this, null);
        foreach (GenericParameterHandle parameter in method.GetGenericParameters()) AddConstraints(parameter);
        if (method.RelativeVirtualAddress == 0) return;

        MethodBodyBlock body = _image.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil) _metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(this, null);
        foreach (ExceptionRegion region in body.ExceptionRegions) Add(region.CatchType);
        foreach (EntityHandle operand in MethodCode.Operands(body.GetILReader())) Add(operand);
    }

    private void AddConstraints(GenericParameterHandle parameter)
    {
        foreach (GenericParameterConstraintHandle handle in _metadata.GetGenericParameter(parameter).GetConstraints())
            Add(_metadata.GetGenericParameterConstraint(handle).Type);
    }

    private void Add(EntityHandle handle)
    {
        if (handle.IsNil) return;
        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition:
                GetTypeFromDefinition(_metadata, (TypeDefinitionHandle)handle, 0);
                break;
            case HandleKind.TypeReference:
                GetTypeFromReference(_metadata, (TypeReferenceHandle)handle, 0);
                break;
            case HandleKind.TypeSpecification:
                GetTypeFromSpecification(_metadata, null, (TypeSpecificationHandle)handle, 0);
                break;
            case HandleKind.FieldDefinition:
                FieldDefinition field = _metadata.GetFieldDefinition((FieldDefinitionHandle)handle);
                Add(field.GetDeclaringType());
                field.DecodeSignature(this, null);
                break;
            case HandleKind.MethodDefinition:
                MethodDefinition method = _metadata.GetMethodDefinition((MethodDefinitionHandle)handle);
                Add(method.GetDeclaringType());
                method.DecodeSignature(this, null);
                break;
            case HandleKind.MethodSpecification:
                MethodSpecification specification = _metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                specification.DecodeSignature(this, null);
                Add(specification.Method);
                break;
            case HandleKind.MemberReference:
                MemberReference member = _metadata.GetMemberReference((MemberReferenceHandle)handle);
                Add(member.Parent);
                if (member.GetKind() == MemberReferenceKind.Method) member.DecodeMethodSignature(this, null);
                else member.DecodeFieldSignature(this, null);
                break;
        }
    }
}
