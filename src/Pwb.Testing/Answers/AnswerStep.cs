using Pwb.Testing.Connections;

namespace Pwb.Testing.Answers;

/// <summary>The reaction of a service to one request.</summary>
/// <param name="Name">The same in a few words, for messages; null if it shows in the response.</param>
/// <param name="RespondAsync">Makes the response; null if the connection has been ended instead.</param>
internal sealed record AnswerStep(string? Name, Func<Exchange, CancellationToken, ValueTask<HttpResponse?>> RespondAsync)
{
    /// <summary>The delay before.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>The fault in the bytes of the response.</summary>
    public ResponseFault Fault { get; init; } = ResponseFault.None;

    /// <summary>The fault in a few words; empty without one.</summary>
    public string Faults { get; init; } = "";

    /// <summary>The same step with another fault.</summary>
    public AnswerStep With(string name, ResponseFault fault) => this with { Fault = fault, Faults = $"{name}, {Faults}" };
}
