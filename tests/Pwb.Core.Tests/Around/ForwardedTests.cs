using System.Net;

namespace Pwb.Tests.Around;

public sealed class ForwardedTests
{
    private static readonly IPNetwork[] Proxies = [IPNetwork.Parse("10.0.0.0/24"), IPNetwork.Parse("2001:db8::/64")];

    [Theory]
    [InlineData("10.0.0.1", "203.0.113.9", "https", "203.0.113.9", "https")]
    [InlineData("::ffff:10.0.0.1", "203.0.113.9", "https", "203.0.113.9", "https")]
    [InlineData("198.51.100.1", "203.0.113.9", "https", "198.51.100.1", "http")] // not listed: not believed
    [InlineData("10.0.0.1", "6.6.6.6, 203.0.113.9", "https", "203.0.113.9", "https")] // what the client wrote is no hop
    [InlineData("10.0.0.1", "6.6.6.6, 203.0.113.9, 10.0.0.2", "https", "203.0.113.9", "https")]
    [InlineData("10.0.0.1", "6.6.6.6, 203.0.113.9, 10.0.0.2", "http, https, http", "203.0.113.9", "https")]
    [InlineData("10.0.0.1", "203.0.113.9:4711", null, "203.0.113.9", "http")]
    [InlineData("10.0.0.1", "[2001:db9::1]:4711", null, "2001:db9::1", "http")]
    [InlineData("10.0.0.1", "2001:db9::1", null, "2001:db9::1", "http")]
    [InlineData("10.0.0.1", "6.6.6.6, unknown", null, null, "http")]
    [InlineData("10.0.0.1", "6.6.6.6, 1", null, null, "http")]
    [InlineData("10.0.0.1", "6.6.6.6,", null, null, "http")]
    [InlineData("10.0.0.1", "203.0.113.9", "javascript", "203.0.113.9", "http")]
    [InlineData("10.0.0.1", null, "https", "10.0.0.1", "http")]
    public async Task The_first_from_the_right_that_is_not_listed_is_the_client(
        string peer, string? nodes, string? scheme, string? client, string expected)
    {
        List<(string, string)> lines = [("Forwarded", "for=6.6.6.6;proto=https")];
        if (nodes is not null) lines.Add(("X-Forwarded-For", nodes));
        if (scheme is not null) lines.Add(("X-Forwarded-Proto", scheme));

        ForwardedRequest forwarded = await Ask(peer, ForwardedFields.XForwarded, false, lines);

        (forwarded.Client?.ToString()).Should().Be(client);
        forwarded.Scheme.Should().Be(expected);
    }

    [Theory]
    [InlineData("for=203.0.113.9;proto=https;host=shop.example", "203.0.113.9", "https", "shop.example")]
    [InlineData("For=\"[2001:db9::1]:4711\" ; Proto=HTTPS", "2001:db9::1", "https", "localhost")]
    [InlineData("for=6.6.6.6, for=203.0.113.9;proto=https, for=10.0.0.2;proto=http", "203.0.113.9", "https", "localhost")]
    [InlineData("for=\"203.0.113.9\\\"\"", null, "http", "localhost")]
    [InlineData("for=_hidden", null, "http", "localhost")]
    [InlineData("proto=https", null, "https", "localhost")]
    [InlineData("for=203.0.113.9;host=\"evil/path\"", "203.0.113.9", "http", "localhost")]
    // Malformed: not read at all, and nobody is the proxy by it.
    [InlineData("for=\"6.6.6.6, for=203.0.113.9", null, "http", "localhost")]
    [InlineData("for=203.0.113.9 proto=https", null, "http", "localhost")]
    [InlineData("for=, for=203.0.113.9", null, "http", "localhost")]
    [InlineData("for=6.6.6.6;for=203.0.113.9", null, "http", "localhost")] // RFC 7239 §4: each parameter once
    [InlineData("for=6.6.6.6;For=203.0.113.9", null, "http", "localhost")]
    [InlineData("for=203.0.113.9;;proto=https;", "203.0.113.9", "https", "localhost")]
    [InlineData(" , for=203.0.113.9;proto=https ,,", "203.0.113.9", "https", "localhost")]
    [InlineData("", "10.0.0.1", "http", "localhost")]
    [InlineData("for=010.0.0.2", null, "http", "localhost")] // octal to some
    [InlineData("for=\"[203.0.113.9]\"", null, "http", "localhost")]
    public async Task Forwarded_is_read_by_RFC_7239(string field, string? client, string scheme, string host)
    {
        ForwardedRequest forwarded = await Ask(
            "10.0.0.1", ForwardedFields.Forwarded, true, [("Forwarded", field), ("X-Forwarded-For", "6.6.6.6")]);

        (forwarded.Client?.ToString()).Should().Be(client);
        forwarded.Scheme.Should().Be(scheme);
        forwarded.Host.Should().Be(host);
    }

    // A header of 32 KiB, which a client may send, was copied once for each of its parts.
    [Fact]
    public async Task A_long_field_is_read_once()
    {
        string field = string.Join(',', Enumerable.Repeat("a=b", 8_000)) + ",for=203.0.113.9";
        await Ask("10.0.0.1", ForwardedFields.Forwarded, true, [("Forwarded", field)]);
        long before = GC.GetAllocatedBytesForCurrentThread();

        ForwardedRequest forwarded = await Ask("10.0.0.1", ForwardedFields.Forwarded, true, [("Forwarded", field)]);

        forwarded.Client.Should().Be(IPAddress.Parse("203.0.113.9"));
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(10_000_000);
    }

    [Theory]
    [InlineData(true, "shop.example")]
    [InlineData(false, "localhost")]
    public async Task The_host_is_taken_if_the_proxies_set_it(bool takesHost, string host)
    {
        List<(string, string)> lines = [("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Host", "shop.example")];

        (await Ask("10.0.0.1", ForwardedFields.XForwarded, takesHost, lines)).Host.Should().Be(host);
    }

    [Fact]
    public async Task The_connection_stays_what_it_is()
    {
        HttpRequest? seen = null;
        IRequestHandler inner = RequestHandler.From(request => new HttpResponse((seen = request) is null ? 500 : 204));
        HttpConnectionInfo connection = new() { RemoteEndPoint = new IPEndPoint(IPAddress.Parse("10.0.0.1"), 1) };
        HttpRequest request = new(
            "GET", "/", null, ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https"))
        { Connection = connection };

        await new ForwardedHandler(Proxies, inner).HandleAsync(request, CancellationToken.None);

        seen!.Connection.Should().BeSameAs(connection);
        seen.Scheme.Should().Be("http");
        ForwardedRequest.Of(seen).Client.Should().Be(IPAddress.Parse("203.0.113.9"));
        ForwardedRequest.Of(new HttpRequest("GET", "/") { Connection = connection }).Client
            .Should().Be(IPAddress.Parse("10.0.0.1"));
    }

    // A loopback address that a proxy told is of the proxy's own machine, where anybody may have connected from.
    [Theory]
    [InlineData("127.0.0.1", "192.0.2.1", "127.0.0.1")]
    [InlineData("::ffff:127.0.0.1", "192.0.2.1", "::ffff:127.0.0.1")]
    [InlineData("127.0.0.1", "127.0.0.1", "203.0.113.9")]
    [InlineData("127.0.0.1", "::ffff:127.0.0.1", "203.0.113.9")]
    [InlineData("127.0.0.1", "unix", "203.0.113.9")]
    [InlineData("127.0.0.1", null, "203.0.113.9")]
    [InlineData("10.0.0.1", "192.0.2.1", "203.0.113.9")]
    [InlineData("198.51.100.1", "10.0.0.1", "198.51.100.1")] // the address that was told has to be listed
    public async Task A_loopback_address_that_the_PROXY_protocol_told_is_believed_only_from_this_machine(
        string told, string? teller, string client)
    {
        EndPoint? proxy = teller switch
        {
            null => null,
            "unix" => new UnixPeerEndPoint(),
            _ => new IPEndPoint(IPAddress.Parse(teller), 1),
        };
        HttpConnectionInfo connection = new()
        {
            RemoteEndPoint = new IPEndPoint(IPAddress.Parse(told), 1),
            ProxyEndPoint = proxy,
        };

        ForwardedRequest forwarded = await Ask(
            connection, new ForwardedHandler([IPNetwork.Parse("127.0.0.0/8"), .. Proxies], new FixedResponseHandler()));

        forwarded.Client.Should().Be(IPAddress.Parse(client));
    }

    // So is one that stands in a field: whoever connects to the proxy from its own machine writes what stands before it.
    [Theory]
    [InlineData("10.0.0.1", "203.0.113.9, 127.0.0.1", "127.0.0.1")]
    [InlineData("10.0.0.1", "203.0.113.9, ::1, 10.0.0.2", "::1")]
    [InlineData("127.0.0.1", "203.0.113.9, ::1, 10.0.0.2", "::1")]
    [InlineData("127.0.0.1", "203.0.113.9, ::1, 127.0.0.1", "203.0.113.9")]
    [InlineData("unix", "203.0.113.9, 127.0.0.1", "203.0.113.9")]
    public async Task A_loopback_address_in_a_field_is_believed_only_from_this_machine(string peer, string field, string client)
    {
        ForwardedHandler handler = new(
            [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128"), .. Proxies],
            new FixedResponseHandler(),
            trustsUnixSockets: true);
        HttpRequest request = new("GET", "/", null, ("X-Forwarded-For", field))
        {
            Connection = new HttpConnectionInfo
            {
                RemoteEndPoint = peer == "unix" ? new UnixPeerEndPoint() : new IPEndPoint(IPAddress.Parse(peer), 1),
            },
        };
        await handler.HandleAsync(request, CancellationToken.None);
        ForwardedRequest.Of(request).Client.Should().Be(IPAddress.Parse(client));
    }

    [Theory]
    [InlineData(true, "203.0.113.9", "https")]
    [InlineData(false, null, "http")]
    public async Task A_peer_at_a_Unix_socket_is_believed_where_the_handler_was_told_so(
        bool trusts, string? client, string scheme)
    {
        ForwardedHandler handler = new(trusts ? [] : Proxies, new FixedResponseHandler(), trustsUnixSockets: trusts);

        ForwardedRequest forwarded = await Ask(new HttpConnectionInfo { RemoteEndPoint = new UnixPeerEndPoint() }, handler);

        (forwarded.Client?.ToString()).Should().Be(client);
        forwarded.Scheme.Should().Be(scheme);
    }

    [Fact]
    public void To_believe_nobody_or_everybody_is_refused()
    {
        FixedResponseHandler inner = new();
        FluentActions.Invoking(() => new ForwardedHandler([], inner)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new ForwardedHandler([IPNetwork.Parse("0.0.0.0/0")], inner))
            .Should().Throw<ArgumentException>();
    }

    private static async Task<ForwardedRequest> Ask(HttpConnectionInfo connection, ForwardedHandler handler)
    {
        HttpRequest request = new("GET", "/", null, ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https"))
        {
            Connection = connection,
        };
        await handler.HandleAsync(request, CancellationToken.None);
        return ForwardedRequest.Of(request);
    }

    private static async Task<ForwardedRequest> Ask(
        string peer, ForwardedFields fields, bool takesHost, List<(string, string)> lines)
    {
        HttpConnectionInfo connection = new() { RemoteEndPoint = new IPEndPoint(IPAddress.Parse(peer), 1) };
        HttpRequest request = new("GET", "/", null, [.. lines]) { Connection = connection };
        await new ForwardedHandler(
            Proxies, new FixedResponseHandler(), fields, takesHost).HandleAsync(request, CancellationToken.None);
        return ForwardedRequest.Of(request);
    }
}
