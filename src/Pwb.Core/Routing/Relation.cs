namespace Pwb.Routing;

/// <summary>The relation of the requests that one pattern matches to those that another matches.</summary>
internal enum Relation
{
    /// <summary>No request matches both.</summary>
    Disjoint,

    /// <summary>The same requests match both.</summary>
    Same,

    /// <summary>Every request that matches the first matches the second too, and others do.</summary>
    Narrower,

    /// <summary>Every request that matches the second matches the first too, and others do.</summary>
    Wider,

    /// <summary>Some requests match both, and each also matches requests of its own.</summary>
    Crossing,
}

/// <summary>Puts the relations of parts together to that of the whole.</summary>
internal static class Relations
{
    public static Relation And(this Relation one, Relation other)
    {
        if (one == Relation.Disjoint || other == Relation.Disjoint) return Relation.Disjoint;
        if (one == Relation.Same || one == other) return other;
        return other == Relation.Same ? one : Relation.Crossing;
    }
}
