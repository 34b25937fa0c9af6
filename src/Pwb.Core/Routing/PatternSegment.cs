namespace Pwb.Routing;

/// <summary>One segment of a pattern.</summary>
/// <param name="Kind">The kind of segments that it matches.</param>
/// <param name="Literal">The bytes of a literal; empty for any other.</param>
/// <param name="Name">The name of a parameter; empty for a literal and a mount.</param>
internal sealed record PatternSegment(SegmentKind Kind, byte[] Literal, string Name)
{
    /// <summary>Whether it matches all that is left of a path.</summary>
    public bool IsRest => Kind is SegmentKind.Rest or SegmentKind.Mount;

    // A literal holds no percent sign, so it is its own escaped form.
    /// <summary>
    /// The relation of the segments that match one pattern to those that match another; neither matches more than one segment.
    /// </summary>
    public Relation RelationTo(PatternSegment other)
    {
        if (Kind == SegmentKind.Literal && other.Kind == SegmentKind.Literal)
            return Literal.AsSpan().SequenceEqual(other.Literal) ? Relation.Same : Relation.Disjoint;
        if (Kind == SegmentKind.Literal) return SegmentText.IsTaken(other.Kind, Literal) ? Relation.Narrower : Relation.Disjoint;
        if (other.Kind == SegmentKind.Literal)
            return SegmentText.IsTaken(Kind, other.Literal) ? Relation.Wider : Relation.Disjoint;
        if (Kind == other.Kind) return Relation.Same;
        if (Contains(Kind, other.Kind)) return Relation.Wider;
        return Contains(other.Kind, Kind) ? Relation.Narrower : Relation.Disjoint;
    }

    private static bool Contains(SegmentKind wide, SegmentKind narrow) =>
        wide == SegmentKind.Text || (wide == SegmentKind.Int64 && narrow == SegmentKind.Int32);
}
