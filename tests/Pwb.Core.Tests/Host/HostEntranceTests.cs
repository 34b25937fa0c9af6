using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Pwb.Host;
using Pwb.Tests.Docs;
using Pwb.Tests.Tls;

namespace Pwb.Tests.Host;

/// <summary>Where the tool listens and whom it lets in, in a process.</summary>
public sealed class HostEntranceTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pwb-entrance-");

    public void Dispose() => _folder.Delete(recursive: true);

    [SkippableFact]
    public async Task It_listens_at_each_place_and_a_socket_has_the_mode_that_was_asked_for()
    {
        Skip.If(OperatingSystem.IsWindows(), "modes are Unix's");
        string path = Path.Combine(_folder.FullName, "socket");
        using var host = await HostProcess.Start("--listen", "127.0.0.1:0", "--listen=unix:" + path, "--socket-mode", "660")
            .UntilItServesAsync();

        File.GetUnixFileMode(path).Should().Be(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
        foreach (EndPoint place in (EndPoint[])[
            new IPEndPoint(IPAddress.Loopback, host.Url.Port), new UnixDomainSocketEndPoint(path)])
            (await AskAsync(place, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .Should().EndWith("hello PWB");
    }

    [SkippableTheory]
    [InlineData("There is no directory '/no-such-directory' for unix:/no-such-directory/s. It has to be made first.",
        "--listen", "unix:/no-such-directory/s")]
    [InlineData("unix:/ is a directory; a socket needs a name in it, such as unix:/pwb.sock.", "--listen", "unix:/")]
    [InlineData("--socket-mode is for the file of a Unix domain socket, such as --listen unix:/run/pwb.sock.",
        "--socket-mode", "660")]
    [InlineData("--socket-mode is for the file of a Unix domain socket, such as --listen unix:/run/pwb.sock.",
        "--socket-mode", "660", "--listen", "unix:@pwb", "--listen", "127.0.0.1:0")]
    [InlineData("--proxy passes a path on to one server, and '/api' is given twice.",
        "--proxy", "/api=http://127.0.0.1:1", "--proxy", "/api/=http://127.0.0.1:2")]
    [InlineData("--index takes the name of a file, such as index.htm, not '..'.", ".", "--index", "..")]
    [InlineData("--index takes the name of a file, such as index.htm, not 'a/b'.", ".", "--index", "a/b")]
    [InlineData("--fallback takes the path of a file in the directory, such as app.html, not '../x'.",
        ".", "--fallback", "../x")]
    public async Task What_used_to_be_taken_in_silence_is_one_line_and_exit_code_2(string message, params string[] args)
    {
        Skip.If(OperatingSystem.IsWindows(), "paths are written otherwise");
        using var host = HostProcess.Start(args);

        (await host.WaitForExitAsync()).Should().Be((2, $"pwb: {message} Try 'pwb --help'.{Environment.NewLine}"));
    }

    [Fact]
    public async Task A_listed_proxy_says_who_the_client_is_and_nobody_comes_without_one()
    {
        const string Request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        using var host = await HostProcess.ServeAsync("--proxy-protocol-from", "127.0.0.1");
        var place = new IPEndPoint(IPAddress.Loopback, host.Url.Port);

        (await AskAsync(place, "PROXY TCP4 192.0.2.7 192.0.2.1 4711 80\r\n" + Request)).Should().EndWith("hello PWB");
        (await host.ReadUntilAsync("\"GET / HTTP/1.1\" 200")).Should().Contain(" 192.0.2.7:4711 ");
        (await AskAsync(place, Request)).Should().BeEmpty();
    }

    [Fact]
    public async Task It_answers_for_the_hosts_that_it_was_given()
    {
        using var host = await HostProcess.ServeAsync("--allow-host", "example.org", "--allow-host=*.example.net");
        using var client = new HttpClient();

        foreach ((string name, int status) in ((string, int)[])[
            ("example.org", 200), ("a.example.net", 200), ("example.net", 421), ("localhost", 200)])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, host.Url);
            request.Headers.Host = name;
            using var response = await client.SendAsync(request);
            ((int)response.StatusCode).Should().Be(status, name);
        }
    }

    [Fact]
    public async Task Its_certificate_is_the_one_in_the_file_and_clients_need_one_of_the_authorities()
    {
        var chain = new CertificateChain("localhost");
        string certificate = Write("certificate.pem", chain.FullChainPem), key = Write("key.pem", chain.KeyPem);
        string authority = Write("ca.pem", chain.Root.ExportCertificatePem() + "\n" + chain.Intermediate.ExportCertificatePem());
        using var host = await HostProcess.ServeAsync("--tls-cert", certificate, "--tls-key", key, "--tls-client-ca", authority);

        (await StatusAsync(host, chain.Leaf, ours: null)).Should().Be(HttpStatusCode.Forbidden);
        (await StatusAsync(host, chain.Leaf, ours: chain.Leaf)).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_version_is_printed()
    {
        using var host = HostProcess.Start("--version");

        (await host.WaitForExitAsync()).Should().Be((0, ""));
        host.Output.Trim().Should().Be(CommandLine.ProgramVersion);
    }

    // What each option does in a process is for its test to say. This one says which has none.
    [Fact]
    public void Every_option_has_a_test_in_a_process()
    {
        string[] tests =
        [
            .. Repository.Files.Where(file => file.StartsWith("tests/Pwb.Core.Tests/Host/", StringComparison.Ordinal))
                .Select(Repository.Read)
                .SelectMany(text => text.Split("\n    [").Where(test => test.Contains("HostProcess.", StringComparison.Ordinal))),
        ];

        Options.All.Where(
            option =>
                !Array.Exists(
                    tests, test =>
                        test.Contains($"\"{option.Name}\"", StringComparison.Ordinal)
                            || test.Contains($"\"{option.Name}=", StringComparison.Ordinal)))
            .Should().BeEmpty();
    }

    private static async Task<string> AskAsync(EndPoint place, string request)
    {
        using Socket socket = new(place.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(place);
        await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(new NetworkStream(socket));
        try
        {
            return await reader.ReadToEndAsync();
        }
        catch (IOException)
        {
            return ""; // a reset
        }
    }

    private static async Task<HttpStatusCode> StatusAsync(HostProcess host, X509Certificate2 theirs, X509Certificate2? ours)
    {
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => theirs.Equals(certificate);
        if (ours is not null)
            handler.SslOptions.ClientCertificates = [ours];
        using var client = new HttpClient(handler);
        using var response = await client.GetAsync(host.Url);
        return response.StatusCode;
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
