namespace Pwb.Fuzz.Running;

/// <summary>One response as it was found on the wire.</summary>
internal sealed class ObservedResponse(int status, IReadOnlyList<(string Name, string Value)> fields, int continues)
{
    public int Status { get; } = status;

    /// <summary>How many 100 responses came before it.</summary>
    public int Continues { get; } = continues;

    public byte[] Content { get; set; } = [];

    /// <summary>Whether the content ended as its framing says that it must.</summary>
    public bool IsWhole { get; set; } = true;

    public bool Has(string name) => fields.Any(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <returns>The value, or null; throws when there is more than one line.</returns>
    public string? Value(string name)
    {
        string? found = null;
        foreach ((string fieldName, string value) in fields)
        {
            if (!fieldName.Equals(name, StringComparison.OrdinalIgnoreCase))
                continue;
            if (found is not null)
                throw new MalformedResponseException($"two {name} lines in a response");
            found = value;
        }

        return found;
    }

    public override string ToString() =>
        $"{Status} [{string.Join("; ", fields.Select(field => field.Name + ": " + field.Value))}] "
            + $"{Escaped.Text(Content)}{(IsWhole ? "" : " CUT OFF")}";
}
