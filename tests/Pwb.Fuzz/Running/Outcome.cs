using System.Text;

namespace Pwb.Fuzz.Running;

/// <summary>Everything that was seen of one connection.</summary>
internal sealed record Outcome(
    IReadOnlyList<ObservedRequest> Requests, byte[] Output, IReadOnlyList<(int Position, int Sent)> Waits, string? Fault)
{
    /// <summary>
    /// How much had been sent when the server first waited at a position of the input or behind it; all of it if it never did.
    /// </summary>
    public (int Position, int Sent) FirstWaitFrom(int position)
    {
        foreach ((int Position, int Sent) wait in Waits)
        {
            if (wait.Position >= position)
                return wait;
        }

        return (int.MaxValue, Output.Length);
    }

    public override string ToString()
    {
        StringBuilder text = new();
        foreach (ObservedRequest request in Requests)
            text.Append("handled ").Append(request).Append('\n');
        return text.Append("sent ").Append(Escaped.Text(Output).Replace("\\r\\n", "\\r\\n\n     ", StringComparison.Ordinal))
            .ToString();
    }
}
