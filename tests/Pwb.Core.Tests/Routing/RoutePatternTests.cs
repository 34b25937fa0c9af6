namespace Pwb.Tests.Routing;

/// <summary>What is a pattern, and which patterns may stand side by side.</summary>
public sealed class RoutePatternTests
{
    [Theory]
    [InlineData("", "no path")]
    [InlineData("GET", "no path")]
    [InlineData("orders", "no path")]
    [InlineData("GET/orders", "a blank")]
    [InlineData("get /orders", "GET, in capital letters")]
    [InlineData("GET, POST /orders", "not a method")]
    [InlineData("example.com/orders", "a blank")]
    [InlineData("/a//b", "an empty segment")]
    [InlineData("/a/../b", ". and ..")]
    [InlineData("/.", ". and ..")]
    [InlineData("/a%20b", "neither escaped")]
    [InlineData("/search?q={q}", "nor with a query")]
    [InlineData("/search?q", "nor with a query")]
    [InlineData("/a#b", "nor with a query")]
    [InlineData("/{id}.json", "a whole segment")]
    [InlineData("/v{version}", "a whole segment")]
    [InlineData("/{}", "not the name")]
    [InlineData("/{a b}", "not the name")]
    [InlineData("/{id?}", "not the name")]
    [InlineData("/{id:date}", "not the type")]
    [InlineData("/{id:}", "not the type")]
    [InlineData("/{rest...}/a", "comes last")]
    [InlineData("/{rest:int...}", "has no type")]
    [InlineData("/{a}/{a}", "two parameters are called a")]
    [InlineData("/a\tb", "a control character")]
    public void Refuses_what_is_no_pattern_where_it_is_written(string pattern, string why)
    {
        Action making = () => _ = new Route(pattern, new FixedResponseHandler());

        making.Should().Throw<ArgumentException>().WithMessage($"*{pattern}*{why}*").WithParameterName(nameof(pattern));
    }

    [Theory]
    [InlineData("GET /orders/{id}", "GET /orders/{id}")]
    [InlineData("GET   /orders", "GET /orders")]
    [InlineData("/grüße/你好", "/grüße/你好")]
    [InlineData("NOTIFY /a:b@c", "NOTIFY /a:b@c")]
    [InlineData("/", "/")]
    [InlineData("/{path...}", "/{path...}")]
    public void Shows_itself_as_it_was_written(string pattern, string shown) =>
    new Route(pattern, new FixedResponseHandler()).Pattern.Should().Be(shown);

    [Theory]
    [InlineData("GET /a", "GET /a", "match the same requests")]
    [InlineData("/a/{x}", "/a/{y}", "match the same requests")]
    [InlineData("/a/{x...}", "/a/{y...}", "match the same requests")]
    [InlineData("/a/{x}", "/{y}/b", "neither is the more specific")]
    [InlineData("GET /a/{x}", "/a/b", "neither is the more specific")]
    [InlineData("HEAD /{x}", "GET /a", "neither is the more specific")]
    [InlineData("/{x}/b", "/a/{y...}", "neither is the more specific")]
    [InlineData("/{x:int}/{y}", "/{x}/{y:int}", "neither is the more specific")]
    [InlineData("/{x:long}/a", "/7/{y}", "neither is the more specific")]
    public void Two_that_overlap_without_an_order_are_refused_and_both_are_named(string one, string other, string why)
    {
        foreach (string[] order in (string[][])[[one, other], [other, one]])
        {
            Action making = () => _ = RouterTests.Of(order);

            making.Should().Throw<ArgumentException>().WithMessage($"*'{order[0]}'*'{order[1]}'*{why}*");
        }
    }

    [Theory]
    [InlineData("GET /a/{x}", "POST /{y}/b")]
    [InlineData("/a/{x}", "/b/{y}")]
    [InlineData("/a/{x}", "/a/{x}/")]
    [InlineData("/new/{x}", "/{id:int}/edit")]
    [InlineData("/{x:guid}/a", "/{y:int}/{z}")]
    [InlineData("/a", "/a/{x...}")]
    [InlineData("/a/{x...}", "/{y...}")]
    [InlineData("GET /a", "/{y...}")]
    [InlineData("HEAD /a", "GET /a")]
    public void Two_that_have_an_order_or_nothing_in_common_stand_side_by_side(string one, string other)
    {
        Action making = () => _ = RouterTests.Of(one, other);

        making.Should().NotThrow();
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("api")]
    [InlineData("/api/")]
    [InlineData("GET /api")]
    [InlineData("/api/{rest...}")]
    public void A_prefix_begins_with_a_slash_and_ends_without_one(string prefix)
    {
        Action mounting = () => _ = Router.Mount(prefix, RouterTests.Of("/a"));

        mounting.Should().Throw<ArgumentException>().WithMessage("*is no pattern*");
    }

    [Fact]
    public void Refuses_half_of_a_surrogate_pair() => // which an attribute could not hold
        ((Action)(() => _ = RouterTests.Of("/\uD800"))).Should().Throw<ArgumentException>().WithMessage(
            "*half of a surrogate pair*");

    [Fact]
    public void Arguments_are_not_null()
    {
        ((Action)(() => _ = new Route(null!, new FixedResponseHandler()))).Should().Throw<ArgumentNullException>()
            .WithParameterName("pattern");
        ((Action)(() => _ = new Route("/", (Func<HttpRequest, HttpResponse>)null!))).Should().Throw<ArgumentNullException>()
            .WithParameterName("handler");
        ((Action)(() => _ = new Route("/", (IRequestHandler)null!))).Should().Throw<ArgumentNullException>()
            .WithParameterName("handler");
        ((Action)(() => _ = new Router(null!))).Should().Throw<ArgumentNullException>().WithParameterName("routes");
        ((Action)(() => _ = new Router([null!]))).Should().Throw<ArgumentNullException>().WithParameterName("routes");
        ((Action)(() => _ = Router.Mount("/a", (Router)null!))).Should().Throw<ArgumentNullException>();
    }
}
