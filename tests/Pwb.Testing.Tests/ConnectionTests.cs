using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Pwb.Testing.Tests;

/// <summary>Faults of connections, TLS, and the end of a service.</summary>
public sealed class ConnectionTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    public static TheoryData<Way> Ways => Tests.Ways.All;

    [Fact]
    public async Task Stands_for_every_host_and_a_pattern_can_tell_them_apart()
    {
        await using FakeService service = new();
        service.On("GET https://a.example/", HttpResponse.Text("a")).On("GET https://b.example:8443/", HttpResponse.Text("b"));
        service.On("GET https://127.0.0.1/", HttpResponse.Text("address")).On(
            "GET https://[::1]/", HttpResponse.Text("address 6"));
        using HttpClient http = new(service.CreateMessageHandler());

        (await http.GetStringAsync("https://a.example/")).Should().Be("a");
        (await http.GetStringAsync("https://b.example:8443/")).Should().Be("b");
        (await http.GetStringAsync("https://127.0.0.1/")).Should().Be("address");
        (await http.GetStringAsync("https://[::1]/")).Should().Be("address 6");
        service.Requests.Select(request => request.Host).Should().Equal("a.example", "b.example:8443", "127.0.0.1", "[::1]");
    }

    [Fact]
    public async Task Follows_redirects_and_keeps_cookies_as_the_code_under_test_would()
    {
        await using FakeService service = new();
        service.On("GET http://old.example/",
            HttpResponse.Redirect(new Uri("https://new.example/"), 301).With("Set-Cookie", "a=1; domain=example"));
        service.On("GET https://new.example/", HttpResponse.Text("moved"));
        using HttpClient http = new(service.CreateMessageHandler());

        (await http.GetStringAsync("http://old.example/")).Should().Be("moved");
        service.ReceivedInOrder("GET http://old.example/", "GET https://new.example/");
    }

    [Fact]
    public void Answers_synchronous_requests()
    {
        using FakeService service = new();
        service.On("/", HttpResponse.Text("now"));
        foreach (string address in new[] { "http://a.example/", "https://a.example/" })
        {
            using HttpClient http = service.CreateClient(address);
            using HttpResponseMessage response = http.Send(new HttpRequestMessage(HttpMethod.Get, "/"));
            using StreamReader reader = new(response.Content.ReadAsStream());
            reader.ReadToEnd().Should().Be("now");
        }
    }

    [Theory]
    [InlineData(ConnectionFault.UntrustedCertificate, "PartialChain")]
    [InlineData(ConnectionFault.WrongHostCertificate, "RemoteCertificateNameMismatch")]
    [InlineData(ConnectionFault.ExpiredCertificate, "NotTimeValid")]
    [InlineData(ConnectionFault.TlsFails, "Authentication failed")]
    public async Task Fails_a_handshake_once(ConnectionFault fault, string reason)
    {
        foreach (Way way in new[] { Way.MemoryTls, Way.PortTls })
        {
            await using FakeService service = new();
            service.On("/", HttpResponse.Text("ok")).OnConnect(fault);
            using HttpClient http = Tests.Ways.ClientOf(service, way);

            Func<Task> get = () => http.GetStringAsync("/").WaitAsync(Soon);
            HttpRequestException exception = (await get.Should().ThrowAsync<HttpRequestException>()).Which;

            exception.HttpRequestError.Should().Be(HttpRequestError.SecureConnectionError);
            exception.InnerException.Should().BeOfType<AuthenticationException>().Which.Message.Should().Contain(reason);
            service.ReceivedInOrder();
            (await http.GetStringAsync("/")).Should().Be("ok");
        }
    }

    [Theory]
    [InlineData(ConnectionFault.Refused, SocketError.ConnectionRefused)]
    [InlineData(ConnectionFault.Closed, null)]
    [InlineData(ConnectionFault.Reset, null)]
    [InlineData(ConnectionFault.TlsFails, null)]
    public async Task Fails_a_connection_and_the_next_one_is_well(ConnectionFault fault, SocketError? error)
    {
        foreach (Way way in new[] { Way.Memory, Way.Port })
        {
            await using FakeService service = new();
            bool isAskedAgain = fault is ConnectionFault.Closed or ConnectionFault.TlsFails; // by the runtime's client itself
            service.On("/", HttpResponse.Text("ok")).OnConnect(fault, times: isAskedAgain ? 4 : 1);
            using HttpClient http = Tests.Ways.ClientOf(service, way);

            Func<Task> get = () => http.GetStringAsync("/").WaitAsync(Soon);
            HttpRequestException exception = (await get.Should().ThrowAsync<HttpRequestException>()).Which;

            if (error is not null && way == Way.Memory)
                exception.InnerException.Should().BeOfType<SocketException>().Which.SocketErrorCode.Should().Be(error);
            service.ReceivedInOrder();
            (await http.GetStringAsync("/")).Should().Be("ok");
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Accepts_and_never_says_anything(Way way)
    {
        FakeService service = new();
        service.OnConnect(ConnectionFault.Silent);
        using HttpClient http = Tests.Ways.ClientOf(service, way);
        using CancellationTokenSource giveUp = new();

        Task get = http.GetStringAsync("/", giveUp.Token);
        await Task.Yield();
        get.IsCompleted.Should().BeFalse();
        await giveUp.CancelAsync();

        await get.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
        await service.DisposeAsync().AsTask().WaitAsync(Soon);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task The_end_of_the_service_ends_what_it_answers(Way way)
    {
        FakeService service = new();
        service.On("/", Answer.Never);
        using HttpClient http = Tests.Ways.ClientOf(service, way);
        Task get = http.GetStringAsync("/");
        await service.RequestAsync(1);

        await service.DisposeAsync().AsTask().WaitAsync(Soon);

        await get.WaitAsync(Soon).Awaiting(task => task).Should().ThrowAsync<HttpRequestException>();
        await http.Awaiting(client => client.GetStringAsync("/").WaitAsync(Soon))
            .Should().ThrowAsync<HttpRequestException>("it is no more");
    }

    [Fact]
    public async Task A_client_that_leaves_ends_its_answer()
    {
        TaskCompletionSource left = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using FakeService service = new();
        service.On("/", Answer.From(async (_, token) =>
        {
            await using CancellationTokenRegistration registration = token.Register(left.SetResult);
            await Task.Delay(Timeout.Infinite, token);
            return HttpResponse.Text("");
        }));
        using HttpClient http = service.CreateClient();
        using CancellationTokenSource giveUp = new();

        Task get = http.GetStringAsync("/", giveUp.Token);
        await service.RequestAsync(1);
        await giveUp.CancelAsync();

        await left.Task.WaitAsync(Soon);
        await get.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_port_that_is_taken_is_an_IOException()
    {
        await using FakeService one = new(), other = new();

        other.Invoking(service => service.Listen(one.Listen().Port)).Should().Throw<IOException>();
    }

    [Fact]
    public async Task A_request_that_insists_on_HTTP_2_fails_by_https_as_at_a_server_without_it()
    {
        await using FakeService service = new();
        using HttpClient http = service.CreateClient("https://a.example/");
        using HttpRequestMessage request = new(
            HttpMethod.Get, "/")
        { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

        Func<Task> send = () => http.SendAsync(request);

        (await send.Should().ThrowAsync<HttpRequestException>())
            .Which.HttpRequestError.Should().Be(HttpRequestError.VersionNegotiationError);
    }
}
