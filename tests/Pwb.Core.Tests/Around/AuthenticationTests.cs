using System.Text;

namespace Pwb.Tests.Around;

public sealed class AuthenticationTests
{
    private static readonly IRequestHandler Who = RequestHandler.From(
        request => HttpResponse.Text(RequestUser.Of(request) ?? "nobody"));

    [Theory]
    [InlineData("Basic", "ann:s3cret", 200)]
    [InlineData("basic", "ann:s3cret", 200)]
    [InlineData("BASIC  ", "ann:s3cret", 200)]
    [InlineData("Basic", "ann:s3cre", 401)]
    [InlineData("Basic", "ann:s3cret ", 401)]
    [InlineData("Basic", "Ann:s3cret", 401)]
    [InlineData("Basic", "ann", 401)]
    [InlineData("Basic", "", 401)]
    [InlineData("Basic", "ann:s3\0cret", 401)]
    [InlineData("Basics", "ann:s3cret", 401)]
    [InlineData("Bearer", "ann:s3cret", 401)]
    public async Task Basic_lets_in_who_knows_user_and_password(string scheme, string credentials, int statusCode)
    {
        BasicAuthenticationHandler handler = new("PWB", "ann", "s3cret", Who);
        string field = $"{scheme} {Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials))}";

        (await StatusOf(handler, field)).Should().Be(statusCode);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Basic")]
    [InlineData("Basic ?")]
    [InlineData("Basic YW5uOnMzY3JldA==trailing")]
    [InlineData("Basic YW5u OnMzY3JldA==")]
    [InlineData("Basic YW5uOnMzY3JldP8=")] // no UTF-8
    public async Task Basic_challenges_who_does_not_ask_rightly(string? field)
    {
        using HttpClient client = new PwbServer(new BasicAuthenticationHandler("PWB", "ann", "s3cret", Who)).CreateClient();
        if (field is not null) client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", field);

        using HttpResponseMessage response = await client.GetAsync("/");

        ((int)response.StatusCode).Should().Be(401);
        response.Headers.WwwAuthenticate.ToString().Should().Be("Basic realm=\"PWB\", charset=\"UTF-8\"");
    }

    [Fact]
    public async Task Basic_reads_UTF_8_and_colons_in_a_password_and_asks_a_function()
    {
        BasicAuthenticationHandler handler = new(
            "PWB", (user, password, _) => new ValueTask<bool>(user == "\u4F60" && password == "a:b"), Who);
        string field = "Basic " + Convert.ToBase64String("\u4F60:a:b"u8);

        (await StatusOf(handler, field)).Should().Be(200);
        (await StatusOf(handler, field[..^4] + "eA==")).Should().Be(401);
        handler.NeverBlocks.Should().BeFalse();
    }

    [Theory]
    [InlineData(null, 401, "Bearer realm=\"api\"")]
    [InlineData("Basic abc", 401, "Bearer realm=\"api\"")]
    [InlineData("Bearer", 400, "Bearer realm=\"api\", error=\"invalid_request\"")]
    [InlineData("Bearer a b", 400, "Bearer realm=\"api\", error=\"invalid_request\"")]
    [InlineData("Bearer wrong", 401, "Bearer realm=\"api\", error=\"invalid_token\"")]
    [InlineData("bearer t0k-en._~+/=", 200, null)]
    public async Task Bearer_says_what_is_wrong_by_RFC_6750(string? field, int statusCode, string? challenge)
    {
        foreach (IRequestHandler handler in (IRequestHandler[])[
            new BearerAuthenticationHandler("api", "t0k-en._~+/=", Who),
            new BearerAuthenticationHandler(
                "api", (token, _) => new ValueTask<string?>(token == "t0k-en._~+/=" ? "ann" : null), Who)])
        {
            HttpRequest request =
                field is null ? new HttpRequest("GET", "/") : new HttpRequest("GET", "/", null, ("Authorization", field));
            HttpResponse response = await handler.HandleAsync(request, CancellationToken.None);

            response.StatusCode.Should().Be(statusCode);
            response.Headers["WWW-Authenticate"].Should().Be(challenge);
            if (statusCode == 200) RequestUser.Of(request).Should().BeOneOf("bearer", "ann");
        }
    }

    [Fact]
    public void What_cannot_be_said_or_kept_is_refused_when_it_is_made()
    {
        FluentActions.Invoking(() => new BasicAuthenticationHandler("a\"b", "ann", "x", Who))
            .Should().Throw<ArgumentException>().WithParameterName("realm");
        FluentActions.Invoking(() => new BasicAuthenticationHandler("a", "an:n", "x", Who))
            .Should().Throw<ArgumentException>().WithParameterName("user");
        FluentActions.Invoking(() => new BasicAuthenticationHandler("a", "ann", "", Who))
            .Should().Throw<ArgumentException>().WithParameterName("password");
        FluentActions.Invoking(() => new BearerAuthenticationHandler("a", "", Who))
            .Should().Throw<ArgumentException>().WithParameterName("token");
        FluentActions.Invoking(() => new BearerAuthenticationHandler("\u00FC", "x", Who))
            .Should().Throw<ArgumentException>().WithParameterName("realm");
    }

    [Fact]
    public void A_handler_around_blocks_and_borrows_as_the_one_inside_does()
    {
        FixedResponseHandler quick = new();
        foreach (IRequestHandler handler in (IRequestHandler[])[
            new BasicAuthenticationHandler("a", "ann", "x", quick), new BearerAuthenticationHandler("a", "x", quick),
            new CorsHandler(new CorsOptions(), quick), new SecurityHeadersHandler(quick), new RequestIdHandler(quick)])
        {
            handler.NeverBlocks.Should().BeTrue();
            ((Handlers.IBorrowingHandler)handler).Borrows.Should().BeTrue();
        }

        new CorsHandler(new CorsOptions(), Who).NeverBlocks.Should().BeFalse();
        ((Handlers.IBorrowingHandler)new SecurityHeadersHandler(Who)).Borrows.Should().BeFalse();
        new HealthHandler(quick).NeverBlocks.Should().BeTrue();
    }

    private static async Task<int> StatusOf(IRequestHandler handler, string field)
    {
        HttpRequest request = new("GET", "/", null, ("Authorization", field));
        return (await handler.HandleAsync(request, CancellationToken.None)).StatusCode;
    }
}
