using Pwb.Testing.Connections;

namespace Pwb.Testing.Answers;

/// <summary>What a service does with one request.</summary>
/// <param name="Name">The same in a few words, for messages; null if it shows in the response.</param>
/// <param name="RespondAsync">Makes the response; null if the connection has been ended instead.</param>
internal sealed record AnswerStep(string? Name, Func<Exchange, CancellationToken, ValueTask<HttpResponse?>> RespondAsync)
{
    /// <summary>How long nothing happens before.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>What is wrong with the bytes of the response.</summary>
    public ResponseFault Fault { get; init; } = ResponseFault.None;

    /// <summary>What is wrong, in a few words; empty if nothing is.</summary>
    public string Faults { get; init; } = "";

    /// <summary>The same step with another fault.</summary>
    public AnswerStep With(string name, ResponseFault fault) => this with { Fault = fault, Faults = $"{name}, {Faults}" };
}
