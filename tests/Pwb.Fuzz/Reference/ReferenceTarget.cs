namespace Pwb.Fuzz.Reference;

internal sealed record ReferenceTarget(string? Authority, string Path, string Query);
