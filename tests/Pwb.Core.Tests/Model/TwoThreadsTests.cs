using System.Globalization;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Model;

/// <summary>
/// What user code holds and may read from several threads: all of them see the same, also where it is made at first sight.
/// </summary>
public sealed class TwoThreadsTests
{
    private const int Rounds = 200;

    [Fact]
    public async Task A_request_is_read_by_many_while_its_connection_goes_on()
    {
        List<Task> reading = [];
        var wire = new Wire(request =>
        {
            int number = reading.Count;
            reading.Add(Together(() =>
            {
                string text = number.ToString(CultureInfo.InvariantCulture);
                request.Method.Should().Be("GET");
                request.Path.Should().Be("/b/" + text, "dot segments are removed when they are asked for");
                request.Headers["X"].Should().Be(text + ", y");
                request.Headers["Host"].Should().Be("a");
                request.Headers.Count.Should().Be(3);
                Latin1.Text(request.RawQuery).Should().Be("q");
                request.Stopping.Should().Be(request.Stopping);
                request.Trailers.Count.Should().Be(0);
                request.Aborted.IsCancellationRequested.Should().BeFalse();
            }));
            return HttpResponse.Text("x");
        });
        string requests = string.Concat(
            Enumerable.Range(0, Rounds).Select(i => $"GET /a/../b/{i}?q HTTP/1.1\r\nHost: a\r\nX: {i}\r\nX: y\r\n\r\n"));
        (await wire.ExchangeAsync(requests)).Responses().Should().HaveCount(Rounds);
        await Task.WhenAll(reading).WaitAsync(Wire.SafetyTimeout);
    }

    [Fact]
    public async Task A_response_shows_many_the_same_fields()
    {
        for (int i = 0; i < Rounds; i++)
        {
            HttpResponse response = new(200, ResponseBody.From("x"), ("X", "1"), ("X", "2"), ("Y", "3"));
            await Together(() =>
            {
                response.Headers["X"].Should().Be("1, 2");
                response.Headers["Y"].Should().Be("3");
                response.With("X", "4").Headers["X"].Should().Be("4");
            });
        }
    }

    [Fact]
    public async Task One_response_is_sent_on_many_connections_at_once()
    {
        HttpResponse response = HttpResponse.Bytes(new byte[50_000]).With("X", "1");
        var wire = new Wire(_ => response);
        Outcome[] outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => wire.ExchangeAsync(Wire.Probe + Wire.Probe)));
        outcomes.Should().OnlyContain(
            outcome => outcome.Responses("GET", "GET").Count == 2 && outcome.Responses("GET", "GET")[1].Content.Length == 50_000);
    }

    private static Task Together(Action look) => Task.WhenAll(Task.Run(look), Task.Run(look), Task.Run(look));
}
