namespace Pwb.Tests.Infrastructure;

/// <summary>A handler that holds each request until it is released, and answers "done" then.</summary>
internal sealed class HeldHandler : IRequestHandler
{
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release() => _release.SetResult();

    public Task WaitUntilEnteredAsync() => _entered.Task.WaitAsync(Wire.SafetyTimeout);

    public async ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        _entered.TrySetResult();
        await _release.Task.ConfigureAwait(false);
        return HttpResponse.Text("done");
    }
}
