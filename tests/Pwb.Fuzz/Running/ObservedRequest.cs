namespace Pwb.Fuzz.Running;

/// <summary>What the handler saw of one request.</summary>
internal sealed class ObservedRequest(string head, HandlerBehaviour behaviour)
{
    public string Head { get; } = head;

    public HandlerBehaviour Behaviour { get; } = behaviour;

    public List<byte> Content { get; } = [];

    /// <summary>Whether a read told the handler that the content has ended.</summary>
    public bool SawEnd { get; set; }

    public string Trailers { get; set; } = "";

    /// <summary>The status of the exception that a read threw.</summary>
    public int? RejectedWith { get; set; }

    public override string ToString() =>
        $"{Behaviour}: {Head}\n  content {Escaped.Text([.. Content])}{(SawEnd ? " (whole)" : "")}{Trailers}"
            + $"{(RejectedWith is { } status ? $" rejected with {status}" : "")}";
}
