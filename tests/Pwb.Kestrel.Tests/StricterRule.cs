namespace Pwb.Kestrel.Tests;

/// <summary>One reason for which PWB refuses a head that Kestrel's parser accepts.</summary>
/// <param name="Name">What is wrong with the head.</param>
/// <param name="Number">The rule that asks for the refusal.</param>
/// <param name="Status">The status that it gets.</param>
/// <param name="Covers">Whether a head is such a case.</param>
internal sealed record StricterRule(string Name, string Number, int Status, Func<HeadView, bool> Covers)
{
    public override string ToString() => $"{Number} {Name}: {Status}";
}
