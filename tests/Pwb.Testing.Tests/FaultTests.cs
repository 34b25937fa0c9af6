using System.Net.Sockets;

namespace Pwb.Testing.Tests;

/// <summary>Faults of responses, in memory and on a port, with TLS and without.</summary>
public sealed class FaultTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    public static TheoryData<Way> Ways => Tests.Ways.All;

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_response_comes_whole_and_connections_are_used_again(Way way)
    {
        await using FakeService service = new();
        service.On("/", HttpResponse.Text(new string('x', 100_000)));
        using HttpClient http = Tests.Ways.ClientOf(service, way);

        for (int i = 0; i < 3; i++) (await http.GetStringAsync("/")).Should().HaveLength(100_000);

        service.Requests.Should().OnlyContain(request => request.ConnectionId == service.Requests[0].ConnectionId);
        service.Requests[0].Scheme.Should().Be(way is Way.MemoryTls or Way.PortTls ? "https" : "http");
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Never_answers_until_the_client_gives_up(Way way)
    {
        await using FakeService service = new();
        service.On("/", Answer.Never);
        using HttpClient http = Tests.Ways.ClientOf(service, way);
        using CancellationTokenSource giveUp = new();

        Task get = http.GetAsync("/", giveUp.Token);
        await service.RequestAsync(1);
        get.IsCompleted.Should().BeFalse();
        await giveUp.CancelAsync();

        await get.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Closes_before_any_byte_and_the_runtimes_client_asks_three_times_more(Way way)
    {
        await using FakeService service = new();
        service.On("/", Answer.Closed);
        using HttpClient http = Tests.Ways.ClientOf(service, way);

        Func<Task> get = () => http.GetAsync("/").WaitAsync(Soon);

        (await get.Should().ThrowAsync<HttpRequestException>())
            .Which.HttpRequestError.Should().Be(HttpRequestError.ResponseEnded);
        service.Received("GET /", times: 4);
    }

    [Fact]
    public async Task Closes_for_content_once_since_the_client_must_not_send_that_again()
    {
        await using FakeService service = new();
        service.On("/", Answer.Closed);
        using HttpClient http = service.CreateClient();

        Func<Task> post = () => http.PostAsync("/", new StringContent("order")).WaitAsync(Soon);

        await post.Should().ThrowAsync<HttpRequestException>();
        service.Received("POST /", times: 1);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Resets(Way way)
    {
        HttpRequestException exception = await FailureOfAsync(Answer.Reset, way);

        exception.InnerException.Should().BeAssignableTo<IOException>();
        if (way == Way.Port)
            exception.InnerException!.InnerException.Should().BeOfType<SocketException>()
                .Which.SocketErrorCode.Should().Be(SocketError.ConnectionReset);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Sends_garbage_in_place_of_a_status_line(Way way)
    {
        HttpRequestException exception = await FailureOfAsync(Answer.Garbage, way);

        exception.HttpRequestError.Should().Be(HttpRequestError.InvalidResponse);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Cuts_a_response_after_so_many_bytes(Way way)
    {
        await using FakeService service = new();
        service.On("/", Answer.CutAfter(7, HttpResponse.Text("0123456789")));
        using HttpClient http = Tests.Ways.ClientOf(service, way);

        using HttpResponseMessage response = await http.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        using MemoryStream came = new();
        Func<Task> read = async () => await (await response.Content.ReadAsStreamAsync()).CopyToAsync(came);

        await read.Should().ThrowAsync<IOException>();
        came.Length.Should().Be(7);
        response.Content.Headers.ContentLength.Should().Be(10);
        service.Requests[0].ToString().Should().Be("GET / -> cut, 200");
    }

    [Fact]
    public async Task Cuts_right_behind_the_head()
    {
        await using FakeService service = new();
        service.On("/", Answer.CutAfter(0, HttpResponse.Text("0123456789")));
        using HttpClient http = service.CreateClient();

        using HttpResponseMessage response = await http.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);

        await response.Content.Invoking(content => content.ReadAsStringAsync()).Should().ThrowAsync<HttpRequestException>();
    }

    [Fact]
    public async Task A_cut_at_the_end_is_none()
    {
        await using FakeService service = new();
        service.On("/", Answer.CutAfter(10, HttpResponse.Text("0123456789")));
        using HttpClient http = service.CreateClient();

        for (int i = 0; i < 2; i++) (await http.GetStringAsync("/")).Should().Be("0123456789");

        service.Requests[1].ConnectionId.Should().Be(service.Requests[0].ConnectionId);
    }

    [Fact]
    public async Task Cuts_chunked_content_and_content_of_many_writes()
    {
        ResponseBody body = ResponseBody.Push(async (output, token) =>
        {
            for (int i = 0; i < 1000; i++) await output.WriteAsync(new byte[1000], token);
        });
        await using FakeService service = new();
        service.On("/", Answer.CutAfter(123_456, new HttpResponse(200, body)));
        using HttpClient http = service.CreateClient();

        Func<Task> get = () => http.GetByteArrayAsync("/");

        (await get.Should().ThrowAsync<HttpRequestException>())
            .Which.HttpRequestError.Should().Be(HttpRequestError.ResponseEnded);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Stalls_after_so_many_bytes(Way way)
    {
        await using FakeService service = new();
        service.On("/", Answer.StallAfter(7, HttpResponse.Text("0123456789")));
        using HttpClient http = Tests.Ways.ClientOf(service, way);

        using HttpResponseMessage response = await http.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        Stream content = await response.Content.ReadAsStreamAsync();
        await content.ReadExactlyAsync(new byte[7]).AsTask().WaitAsync(Soon);
        using CancellationTokenSource giveUp = new();
        Task<int> next = content.ReadAsync(new byte[1], giveUp.Token).AsTask();
        next.IsCompleted.Should().BeFalse();
        await giveUp.CancelAsync();

        await next.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Declares_more_than_it_sends()
    {
        HttpRequestException exception = await FailureOfAsync(
            Answer.WrongLength(11, HttpResponse.Text("0123456789")), Way.Memory);

        exception.HttpRequestError.Should().Be(HttpRequestError.ResponseEnded);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Declares_less_than_it_sends(bool isChunked)
    {
        ResponseBody body = ResponseBody.Push(async (output, token) => await output.WriteAsync("0123456789"u8.ToArray(), token));
        await using FakeService service = new();
        service.On("/", Answer.WrongLength(4, isChunked ? new HttpResponse(200, body) : HttpResponse.Text("0123456789")));
        using HttpClient http = service.CreateClient();

        (await http.GetStringAsync("/")).Should().Be("0123");
        (await http.GetStringAsync("/")).Should().Be("0123");

        service.Requests[1].ConnectionId.Should().NotBe(
            service.Requests[0].ConnectionId, "the client must not trust the connection any more");
    }

    [Fact]
    public async Task Declares_a_length_for_no_content()
    {
        HttpRequestException exception = await FailureOfAsync(Answer.WrongLength(3, new HttpResponse(200)), Way.Memory);

        exception.HttpRequestError.Should().Be(HttpRequestError.ResponseEnded);
    }

    [Fact]
    public async Task Faults_add_up()
    {
        ManualClock clock = new();
        await using FakeService service = new(clock);
        service.On("/",
            Answer.Late(TimeSpan.FromSeconds(5), Answer.CutAfter(2, Answer.WrongLength(4, HttpResponse.Text("012")))));
        using HttpClient http = service.CreateClient();

        Task<HttpResponseMessage> get = http.GetAsync("/", HttpCompletionOption.ResponseHeadersRead);
        await service.RequestAsync(1);
        clock.Advance(TimeSpan.FromSeconds(5));
        using HttpResponseMessage response = await get;

        response.Content.Headers.ContentLength.Should().Be(4);
        await response.Content.Invoking(content => content.ReadAsStringAsync()).Should().ThrowAsync<HttpRequestException>();
        service.Requests[0].ToString().Should().Be("GET / -> late by 5 s, cut, wrong length, 200");
    }

    [Fact]
    public async Task A_retry_of_the_client_itself_shows()
    {
        await using FakeService service = new();
        service.On("/", Answer.InTurn(HttpResponse.Text("1"), Answer.Closed, HttpResponse.Text("2")));
        using HttpClient http = service.CreateClient();

        (await http.GetStringAsync("/")).Should().Be("1");
        (await http.GetStringAsync("/")).Should().Be("2");

        service.Received("/", times: 3);
    }

    private static async Task<HttpRequestException> FailureOfAsync(Answer answer, Way way)
    {
        await using FakeService service = new();
        service.On("/", answer);
        using HttpClient http = Tests.Ways.ClientOf(service, way);

        Func<Task> get = () => http.GetAsync("/").WaitAsync(Soon);

        return (await get.Should().ThrowAsync<HttpRequestException>()).Which;
    }
}
