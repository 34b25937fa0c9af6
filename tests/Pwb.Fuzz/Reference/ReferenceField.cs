namespace Pwb.Fuzz.Reference;

internal sealed record ReferenceField(string Name, string Value)
{
    public bool Is(string name) => Name.Equals(name, StringComparison.OrdinalIgnoreCase);
}
