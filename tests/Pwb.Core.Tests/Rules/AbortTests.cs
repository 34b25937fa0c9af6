using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Rules;

/// <summary>
/// A connection that its owner aborts: the handler learns of it, nothing looks whole, and nothing is thrown at the owner.
/// </summary>
public sealed class AbortTests
{
    private static readonly TaskCompletionSource Never = new();

    [Theory]
    [InlineData("")]
    [InlineData("\r\n")]
    [InlineData("GET /a HTTP/1.1\r\nHo")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab")]
    [InlineData("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab")]
    public async Task Ends_a_connection_that_waits_for_the_peer(string input)
    {
        using var abort = new CancellationTokenSource();
        var stream = new ScriptedStream();
        stream.Give(input);
        var journal = new Journal();
        var connection = new Connection(stream, journal, Wire.Echo.Server.ServeAsync(stream, journal, abort.Token));
        await stream.WaitUntilIdleAsync();

        await abort.CancelAsync();

        (await connection.EndAsync()).Output.Should().BeEmpty();
    }

    [Fact]
    public async Task Cancels_the_token_of_a_handler_that_waits_for_something_else()
    {
        using var abort = new CancellationTokenSource();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bool cancelled = false;
        var wire = new Wire(async (_, cancellationToken) =>
        {
            started.SetResult();
            try
            {
                await Never.Task.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                cancelled = true;
                throw;
            }

            return HttpResponse.Text("never");
        });
        var stream = new ScriptedStream().Give(Wire.Probe);
        var journal = new Journal();
        var connection = new Connection(stream, journal, wire.Server.ServeAsync(stream, journal, abort.Token));
        await started.Task.WaitAsync(Wire.SafetyTimeout);

        await abort.CancelAsync();

        (await connection.EndAsync()).Output.Should().BeEmpty();
        cancelled.Should().BeTrue();
    }

    [Theory]
    [InlineData(null)]
    [InlineData(10L)]
    public async Task Cuts_a_response_that_is_being_pushed(long? length)
    {
        using var abort = new CancellationTokenSource();
        var wire = new Wire(_ => new HttpResponse(200, ResponseBody.Push(
            async (output, cancellationToken) =>
            {
                await output.WriteAsync("01234"u8.ToArray(), cancellationToken);
                await output.FlushAsync(cancellationToken);
                await Never.Task.WaitAsync(cancellationToken);
            },
            length)));
        var stream = new ScriptedStream().Give(Wire.Probe);
        var journal = new Journal();
        var connection = new Connection(stream, journal, wire.Server.ServeAsync(stream, journal, abort.Token));
        await stream.WaitForOutputAsync(output => output.Contains("01234", StringComparison.Ordinal));

        await abort.CancelAsync();

        Outcome outcome = await connection.EndAsync();
        WireResponse.ParseAll(outcome.Output).Should().ContainSingle().Which.IsComplete.Should().BeFalse();
    }

    [Fact]
    public async Task Ends_a_connection_whose_peer_takes_nothing()
    {
        using var abort = new CancellationTokenSource();
        var stream = new ScriptedStream().SetWindow(10).Give(Wire.Probe);
        var journal = new Journal();
        var connection = new Connection(stream, journal, Wire.Default.Server.ServeAsync(stream, journal, abort.Token));
        await stream.WaitUntilHeldBackAsync();

        await abort.CancelAsync();

        (await connection.EndAsync()).Output.Should().HaveCount(10);
    }
}
