using Pwb.Protocol;

namespace Pwb.Http1;

/// <summary>What has become of a request.</summary>
/// <param name="KeepsOpen">Whether the connection goes on. If not, what is pending is to be sent, and then its end.</param>
/// <param name="Refusal">Why the request is refused, if it is: the refusal is still to be sent.</param>
/// <param name="TakesOver">Whether the connection is to be given away, once what is pending has been sent.</param>
internal readonly record struct Outcome(bool KeepsOpen, Rejection Refusal = Rejection.None, bool TakesOver = false)
{
    public static Outcome Refuse(Rejection rejection) => new(KeepsOpen: false, rejection);
}
