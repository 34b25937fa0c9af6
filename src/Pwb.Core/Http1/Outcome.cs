using Pwb.Protocol;

namespace Pwb.Http1;

/// <summary>
/// The result of a request. There is one object for each, made once: of a struct the runtime would have to compile the code of
/// every method that returns it later, at the start of a program.
/// </summary>
internal sealed class Outcome
{
    /// <summary>The connection goes on.</summary>
    public static readonly Outcome Open = new() { KeepsOpen = true };

    /// <summary>Pending bytes are sent, and then the connection ends.</summary>
    public static readonly Outcome Closed = new();

    /// <summary>Another protocol gets the connection, once pending bytes have been sent.</summary>
    public static readonly Outcome TakenOver = new() { TakesOver = true };

    private static readonly Outcome?[] Refusals = new Outcome[(int)Rejection.ClientCertificateNotAccepted + 1];

    private Outcome()
    {
    }

    /// <summary>Whether the connection goes on.</summary>
    public bool KeepsOpen { get; private init; }

    /// <summary>The reason to refuse the request, or None. The refusal is still to be sent.</summary>
    public Rejection Refusal { get; private init; }

    /// <summary>Whether another protocol gets the connection.</summary>
    public bool TakesOver { get; private init; }

    /// <summary>The refusal is still to be sent, and then the connection ends.</summary>
    public static Outcome Refuse(Rejection rejection) => Refusals[(int)rejection] ??= new Outcome { Refusal = rejection };
}
