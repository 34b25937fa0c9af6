using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Pwb.Handlers;
using Pwb.Tests.Infrastructure;

namespace Pwb.Tests.Server;

public sealed class ConnectionInfoTests
{
    [Fact]
    public async Task Says_who_is_at_both_ends_of_a_connection_and_is_one_object_for_all_its_requests()
    {
        List<HttpConnectionInfo> seen = [];
        IRequestHandler handler = RequestHandler.From(request =>
        {
            request.Connection.LocalEndPoint.Should().NotBeNull(); // asked while there is a connection
            seen.Add(request.Connection);
            return HttpResponse.Text(request.Scheme);
        });
        await using PwbServer server = new(handler, new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0) });
        await server.StartAsync();
        IPEndPoint here;
        using (TcpClient client = new(AddressFamily.InterNetwork))
        {
            await client.ConnectAsync(server.EndPoint.Ip);
            here = (IPEndPoint)client.Client.LocalEndPoint!;
            await client.GetStream().WriteAsync(
                Latin1.Bytes("GET /1 HTTP/1.1\r\nHost: localhost\r\n\r\nGET /2 HTTP/1.0\r\nHost: localhost\r\n\r\n"));
            Latin1.Text(await Wire.ReadAllAsync(client.GetStream(), CancellationToken.None)).Should().EndWith("http");
        }

        await server.StopAsync();
        seen.Should().HaveCount(2);
        seen[1].Should().BeSameAs(seen[0]);
        seen[0].Id.Should().BePositive();
        seen[0].RemoteEndPoint.Should().Be(here);
        seen[0].LocalEndPoint.Should().NotBeNull();
        seen[0].IsSecure.Should().BeFalse();
        seen[0].TlsProtocol.Should().Be(SslProtocols.None);
        seen[0].ClientCertificate.Should().BeNull();
    }

    [Fact]
    public async Task A_request_that_is_lent_is_of_the_connection_that_it_came_by_and_carries_nothing_over()
    {
        const int rounds = 50;
        await using PwbServer server = new(new Borrower(), new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(0) });
        await server.StartAsync();
        using TcpClient first = new(AddressFamily.InterNetwork), second = new(AddressFamily.InterNetwork);
        await first.ConnectAsync(server.EndPoint.Ip);
        await second.ConnectAsync(server.EndPoint.Ip);
        for (int i = 0; i < rounds; i++)
        {
            foreach (TcpClient client in (TcpClient[])[first, second])
            {
                await client.GetStream().WriteAsync(Latin1.Bytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
                byte[] response = new byte[1024];
                int count = await client.GetStream().ReadAtLeastAsync(response, 1);
                Latin1.Text(response.AsSpan(..count)).Should().EndWith($"\r\n\r\n{client.Client.LocalEndPoint} 0");
            }
        }
    }

    [Fact]
    public async Task Items_of_a_request_are_not_those_of_the_next()
    {
        List<int> counts = [];
        IRequestHandler handler = RequestHandler.From(request =>
        {
            counts.Add(request.Items.Count);
            request.Items["x"] = 1;
            return HttpResponse.Text("");
        });

        await Wire.ExchangeAsync(handler, Latin1.Bytes("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n"));

        counts.Should().NotBeEmpty().And.OnlyContain(count => count == 0);
    }

    private sealed class Borrower : IRequestHandler, IBorrowingHandler
    {
        public bool Borrows => true;

        public ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
        {
            int items = request.Items.Count;
            request.Items["x"] = 1;
            return new(HttpResponse.Text($"{request.Connection.RemoteEndPoint} {items}"));
        }
    }
}
