namespace Pwb.Tests.Server;

/// <summary>Where to listen, read from a text.</summary>
public sealed class EndPointTextTests
{
    [Theory]
    [InlineData("127.0.0.1:0", "127.0.0.1:0")]
    [InlineData("192.0.2.7:65535", "192.0.2.7:65535")]
    [InlineData("0.0.0.0:0080", "0.0.0.0:80")]
    [InlineData("[::1]:8080", "[::1]:8080")]
    [InlineData("[0:0::1]:8080", "[::1]:8080")]
    [InlineData("[::]:80", "[::]:80")]
    [InlineData("unix:app.sock", "unix:app.sock")]
    [InlineData("[fe80::1%1]:80", "[fe80::1%1]:80")]
    [InlineData("unix:/run/my app:1.sock", "unix:/run/my app:1.sock")]
    [InlineData("unix:@app", "unix:@app")]
    [InlineData("pipe:app", "pipe:app")]
    public void Reads_one_end_point(string text, string written) =>
        ServerEndPoint.Parse(text).Should().ContainSingle().Which.ToString().Should().Be(written);

    [Fact]
    public void Reads_names_for_several_addresses_in_any_case()
    {
        ServerEndPoint.Parse("localhost:80").Should().Equal(ServerEndPoint.Loopback(80));
        ServerEndPoint.Parse("LocalHost:80").Should().Equal(ServerEndPoint.Loopback(80));
        ServerEndPoint.Parse("any:0").Should().Equal(ServerEndPoint.Any(0));
        ServerEndPoint.Parse("ANY:0").Should().Equal(ServerEndPoint.Any(0));
    }

    [Fact]
    public void Gives_each_the_certificates()
    {
        TlsOptions tls = new(ServerCertificate.SelfSigned());

        foreach (string text in new[] { "localhost:0", "any:0", "127.0.0.1:0", "[::1]:0", "unix:a", "unix:@a", "pipe:a" })
            ServerEndPoint.Parse(text, tls).Should().NotBeEmpty().And.OnlyContain(endPoint => endPoint.Tls == tls, text);
    }

    [Fact]
    public void Finds_no_sockets_of_a_supervisor_without_one() => ServerEndPoint.Parse("activated").Should().BeEmpty();

    [Theory]
    [InlineData("")]
    [InlineData(":80")]
    [InlineData("localhost")]
    [InlineData("localhost:")]
    [InlineData("localhost:65536")]
    [InlineData("localhost:-1")]
    [InlineData("localhost:+1")]
    [InlineData("localhost: 80")]
    [InlineData("localhost:80\0")]
    [InlineData("localhost:٨٠")] // digits, but not of ASCII
    [InlineData("localhost:99999999999")]
    [InlineData("example.org:80")] // no name is looked up
    [InlineData("http://localhost:80")]
    [InlineData("127.1:80")]
    [InlineData("127.0.0.01:80")]
    [InlineData("0x7f.0.0.1:80")]
    [InlineData("::1:80")]
    [InlineData("[127.0.0.1]:80")]
    [InlineData("[::1:80")]
    [InlineData("[::1]")]
    [InlineData("[[::1]]:80")]
    [InlineData("[[::1]:81]:80")]
    [InlineData("[::%lo]:80")]
    [InlineData("[::1%1]:80")]
    [InlineData("[::1%]:80")]
    [InlineData("[fe80::1%nope]:80")]
    [InlineData("[fe80::1%0]:80")]
    [InlineData("*:80")]
    [InlineData("Unix:a")]
    [InlineData("Activated")]
    [InlineData("fd:")]
    [InlineData("fd:x")]
    [InlineData("fd:-1")]
    [InlineData("fd:99999999999")]
    public void Refuses_what_is_no_place_and_says_what_is(string text) =>
        FluentActions.Invoking(() => ServerEndPoint.Parse(text))
            .Should().ThrowExactly<FormatException>().Which.Message.Should().Be(
                $"'{text}' is no place to listen, such as localhost:8080, any:8443, 192.0.2.7:80, [::1]:80 or "
                    + "unix:/run/app.sock.");

    [Theory]
    [InlineData("unix:")]
    [InlineData("unix:/run/a\0b")]
    [InlineData("pipe:")]
    [InlineData("pipe:a/b")]
    [InlineData("fd:1000000")]
    public void Refuses_a_name_that_cannot_be_listened_on(string text) =>
        FluentActions.Invoking(() => ServerEndPoint.Parse(text)).Should().Throw<ArgumentException>();

    [Fact]
    public void Refuses_a_path_that_is_too_long() =>
        FluentActions.Invoking(() => ServerEndPoint.Parse("unix:/" + new string('a', 200))).Should().Throw<ArgumentException>();

    [Fact]
    public void Refuses_null() =>
        FluentActions.Invoking(() => ServerEndPoint.Parse(null!)).Should().ThrowExactly<ArgumentNullException>();

    [Fact]
    public async Task Listens_where_the_text_says()
    {
        PwbServerOptions options = new() { EndPoints = ServerEndPoint.Parse("localhost:0") };
        await using PwbServer server = new(options: options);
        await server.StartAsync();
        using HttpClient client = new();

        foreach (ServerEndPoint endPoint in server.EndPoints)
            (await client.GetStringAsync($"http://{endPoint}/")).Should().Be("hello PWB");
    }
}
