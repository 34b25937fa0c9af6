using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Pwb.Tests.Tls;

/// <content>Who decides whether a certificate is good, and options that cannot be.</content>
public sealed partial class ClientCertificateTests
{
    [Fact]
    public async Task A_client_without_its_intermediate_is_served_where_that_is_among_the_authorities()
    {
        await using PwbServer server = await StartAsync(
            new TlsOptions(Server)
            {
                ClientCertificates = ClientCertificateMode.Require,
                ClientCertificateAuthorities = [Chain.Root, Chain.Intermediate],
            });

        (await AskAsync(server, SslProtocols.Tls13, ContextOf(WithoutIntermediate))).Should().StartWith("HTTP/1.1 200 OK");
    }

    [Fact]
    public async Task Without_a_list_the_system_decides_whom_it_trusts()
    {
        await using PwbServer server = await StartAsync(
            new TlsOptions(Server) { ClientCertificates = ClientCertificateMode.Require });

        (await AskAsync(server, SslProtocols.Tls13, ContextOf(Good))).Should().StartWith("HTTP/1.1 403 ");
    }

    [Fact]
    public async Task A_validator_decides_in_place_of_the_errors()
    {
        List<(string Subject, SslPolicyErrors Errors)> asked = [];
        TlsOptions tls = new(Server)
        {
            ClientCertificates = ClientCertificateMode.Require,
            ClientCertificateAuthorities = [Chain.Root],
            ClientCertificateValidator = (certificate, chain, errors) =>
            {
                lock (asked) asked.Add((certificate.Subject, errors));
                return certificate.Equals(Other.Leaf);
            },
        };
        await using PwbServer server = await StartAsync(tls);

        (await AskAsync(server, SslProtocols.Tls13, ContextOf(Foreign))).Should().StartWith("HTTP/1.1 200 OK");
        (await AskAsync(server, SslProtocols.Tls13, ContextOf(Good))).Should().StartWith("HTTP/1.1 403 ");
        (await AskAsync(server, SslProtocols.Tls13, null)).Should().StartWith(
            "HTTP/1.1 403 ", "it is asked about certificates only");

        asked.Should().Equal(
            ("CN=Test Leaf", SslPolicyErrors.RemoteCertificateChainErrors), ("CN=Test Leaf", SslPolicyErrors.None));
    }

    [Fact]
    public async Task A_validator_that_throws_refuses_the_client_and_leaves_an_error()
    {
        LogLines log = new();
        TlsOptions tls = new(Server)
        {
            ClientCertificates = ClientCertificateMode.Accept,
            ClientCertificateAuthorities = [Chain.Root],
            ClientCertificateValidator = (_, _, _) => throw new InvalidOperationException("a fault of the application"),
        };
        await using PwbServer server = await StartAsync(tls, log: log);

        (await AskAsync(server, SslProtocols.Tls13, ContextOf(Good))).Should().StartWith("HTTP/1.1 403 ");

        await log.LineAsync(
            "Error: the validator of client certificates failed; the client was refused (InvalidOperationException)");
    }

    [Fact]
    public void Options_that_are_not_valid_throw_where_they_are_set()
    {
        FluentActions.Invoking(() => new TlsOptions(Server) { ClientCertificates = (ClientCertificateMode)3 })
            .Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new TlsOptions(Server) { ClientCertificateRevocation = (X509RevocationMode)3 })
            .Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new TlsOptions(Server) { ClientCertificateAuthorities = [] })
            .Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new TlsOptions(Server) { ClientCertificateAuthorities = [null!] })
            .Should().Throw<ArgumentException>();
    }
}
