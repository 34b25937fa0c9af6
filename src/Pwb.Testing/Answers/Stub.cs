namespace Pwb.Testing.Answers;

/// <summary>Which requests get which answer, and how far that has got.</summary>
internal sealed class Stub(
    RequestPattern? pattern, Func<RecordedRequest, bool>? when, Answer answer, string? inState, string? toState)
{
    private int _used;

    /// <summary>The state in which the service has to be; null for any.</summary>
    public string? InState => inState;

    /// <summary>The state in which the service is then; null for the same.</summary>
    public string? ToState => toState;

    /// <summary>Whether a request is meant, whatever the state.</summary>
    public bool Matches(RecordedRequest request, out RouteValues values)
    {
        values = default;
        return (pattern is null || pattern.Matches(request, out values)) && (when is null || when(request));
    }

    /// <summary>The answer's next step; its last again and again. Under the service's lock.</summary>
    public AnswerStep Next() => answer.Steps[Math.Min(_used++, answer.Steps.Count - 1)];
}
