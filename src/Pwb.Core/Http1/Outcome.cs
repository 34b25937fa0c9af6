using Pwb.Protocol;

namespace Pwb.Http1;

/// <summary>The result of a request.</summary>
/// <param name="KeepsOpen">Whether the connection goes on. If not, pending bytes are sent, and then the connection ends.</param>
/// <param name="Refusal">The reason to refuse the request, or None. The refusal is still to be sent.</param>
/// <param name="TakesOver">Whether another protocol gets the connection, once pending bytes have been sent.</param>
internal readonly record struct Outcome(bool KeepsOpen, Rejection Refusal = Rejection.None, bool TakesOver = false)
{
    public static Outcome Refuse(Rejection rejection) => new(KeepsOpen: false, rejection);
}
