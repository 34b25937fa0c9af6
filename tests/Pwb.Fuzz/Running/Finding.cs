namespace Pwb.Fuzz.Running;

/// <summary>A case in which the server did not do what it must.</summary>
internal sealed record Finding(FuzzCase Case, Segmentation Segmentation, string Difference, string Expected, string Observed);
