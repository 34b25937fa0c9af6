namespace Pwb.Http;

/// <summary>The result of a request's preconditions.</summary>
internal enum PreconditionOutcome
{
    /// <summary>Perform the method.</summary>
    Proceed,

    /// <summary>304: the client has it already.</summary>
    NotModified,

    /// <summary>412.</summary>
    Failed,
}

/// <summary>
/// The preconditions of a request, in the order of RFC 9110 §13.2.2. They count only where the answer would otherwise be a 2xx
/// (§13.2.1).
/// </summary>
internal static class Preconditions
{
    /// <summary>Evaluates all but If-Range.</summary>
    /// <param name="fields">The request's fields.</param>
    /// <param name="entityTag">The tag of the representation that would be sent, strong or weak; empty if it has none.</param>
    /// <param name="lastModified">
    /// When it was changed, if that is known; a fraction of a second does not count, since no client can know it.
    /// </param>
    /// <param name="now">The time: see <see cref="HttpDate.TryParse"/>.</param>
    /// <param name="isGetOrHead">Whether the method is one of these.</param>
    public static PreconditionOutcome Evaluate(
        in SelectionFields fields, ReadOnlySpan<byte> entityTag, DateTimeOffset? lastModified, DateTimeOffset now,
        bool isGetOrHead)
    {
        bool isWeak = entityTag.StartsWith("W/"u8);
        if (lastModified is { } time) lastModified = HttpDate.WholeSeconds(time);

        // Steps 1 and 2. An invalid date, or several, is ignored, and so is a date for a resource without one: §13.1.4.
        if (fields.HasIfMatch)
        {
            if (!EntityTag.MatchesStrongly(fields.IfMatch, isWeak ? default : entityTag)) return PreconditionOutcome.Failed;
        }
        else if (fields.HasIfUnmodifiedSince && HttpDate.TryParse(fields.IfUnmodifiedSince, now, out DateTimeOffset date)
            && lastModified > date)
        {
            return PreconditionOutcome.Failed;
        }

        // Steps 3 and 4. Likewise: §13.1.3.
        if (fields.HasIfNoneMatch)
        {
            if (EntityTag.MatchesWeakly(fields.IfNoneMatch, isWeak ? entityTag[2..] : entityTag))
                return isGetOrHead ? PreconditionOutcome.NotModified : PreconditionOutcome.Failed;
        }
        else if (isGetOrHead && fields.HasIfModifiedSince
            && HttpDate.TryParse(fields.IfModifiedSince, now, out DateTimeOffset date) && lastModified <= date)
        {
            return PreconditionOutcome.NotModified;
        }

        return PreconditionOutcome.Proceed;
    }

    /// <summary>Step 5: whether the part that Range asks for may be sent. If not, Range is ignored (RFC 9110 §13.1.5,
    /// §14.2).</summary>
    public static bool IsRangeCurrent(
        in SelectionFields fields, ReadOnlySpan<byte> entityTag, DateTimeOffset? lastModified, DateTimeOffset now)
    {
        if (!fields.HasIfRange) return true;

        // §13.1.5: a tag has a quotation mark among its first three characters, a date has none. Only strong tags match.
        ReadOnlySpan<byte> validator = fields.IfRange;
        if (validator[..Math.Min(validator.Length, 3)].Contains((byte)'"'))
            return validator.SequenceEqual(entityTag) && !entityTag.StartsWith("W/"u8);

        // §8.8.2.2: a date is a strong validator only if the file cannot have changed again in the second that it names. A client
        // may not send a date that it received within that second (§13.1.5); here the code ensures that this second is over.
        return lastModified is { } time && HttpDate.TryParse(validator, now, out DateTimeOffset date)
            && date == HttpDate.WholeSeconds(time) && now - date >= TimeSpan.FromSeconds(1);
    }
}
