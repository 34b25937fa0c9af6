namespace Pwb.Fuzz.Running;

/// <summary>One input and the way it is tried.</summary>
internal sealed record FuzzCase(
    byte[] Input, ServerUnderTest Server, int FirstBehaviour, IReadOnlyList<Segmentation> Segmentations);
