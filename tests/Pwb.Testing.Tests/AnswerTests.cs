using System.Net;

namespace Pwb.Testing.Tests;

public sealed class AnswerTests
{
    [Fact]
    public async Task A_route_answers_with_a_response()
    {
        await using FakeService service = new();
        service.On("GET /v1/{city}", HttpResponse.Text("21.5"));
        using HttpClient http = service.CreateClient();

        (await http.GetStringAsync("/v1/Paris")).Should().Be("21.5");
    }

    [Theory]
    [InlineData("/v1/{city}", "GET", "/v1/Paris", true)]
    [InlineData("POST /v1/{city}", "GET", "/v1/Paris", false)]
    [InlineData("/search?q=green tea", "GET", "/search?q=green%20tea&page=2", true)]
    [InlineData("/search?q=green%20tea", "GET", "/search?q=green+tea", true)]
    [InlineData("/search?q=green%20tea", "GET", "/search?q=green", false)]
    [InlineData("/search?q=tea&page=2", "GET", "/search?q=tea", false)]
    [InlineData("/{all...}", "PUT", "/a/b/c", true)]
    [InlineData("GET http://localhost/a", "GET", "/a", true)]
    [InlineData("GET http://LOCALHOST:80/a", "GET", "/a", true)]
    [InlineData("GET https://localhost/a", "GET", "/a", false)]
    [InlineData("GET http://localhost:81/a", "GET", "/a", false)]
    [InlineData("GET http://other.example/a", "GET", "/a", false)]
    public async Task A_pattern_says_which_requests_are_meant(string pattern, string method, string target, bool isMeant)
    {
        await using FakeService service = new();
        service.On(pattern, HttpResponse.Text("yes"));
        using HttpClient http = service.CreateClient();

        using HttpResponseMessage response = await http.SendAsync(new HttpRequestMessage(new HttpMethod(method), target));

        response.StatusCode.Should().Be(isMeant ? HttpStatusCode.OK : HttpStatusCode.MisdirectedRequest);
        service.Received(pattern, isMeant ? 1 : 0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("GET")]
    [InlineData("no-slash")]
    [InlineData("GET https://host.example")]
    [InlineData("GET /{a")]
    public async Task Refuses_a_pattern_that_is_none(string pattern)
    {
        await using FakeService service = new();

        service.Invoking(one => one.On(pattern, Answer.Never)).Should().Throw<ArgumentException>();
        service.Invoking(one => one.Received(pattern)).Should().Throw<ArgumentException>();
    }

    [Fact]
    public async Task The_answer_that_was_set_last_counts()
    {
        await using FakeService service = new();
        service.On("/{all...}", HttpResponse.Text("old")).On("/a", HttpResponse.Text("new"));
        using HttpClient http = service.CreateClient();

        (await http.GetStringAsync("/a")).Should().Be("new");
        (await http.GetStringAsync("/b")).Should().Be("old");
        service.On("/{all...}", HttpResponse.Text("newest"));
        (await http.GetStringAsync("/a")).Should().Be("newest");
    }

    [Fact]
    public async Task A_condition_looks_at_fields_and_content()
    {
        await using FakeService service = new();
        service.On("POST /", HttpResponse.Text("tea"), when: request => request.Text.Contains("tea", StringComparison.Ordinal));
        service.On("/", HttpResponse.Text("signed in"), when: request => request.Headers["Authorization"] == "Bearer 1");
        using HttpClient http = service.CreateClient();

        using HttpResponseMessage tea = await http.PostAsync("/", new StringContent("tea, please"));
        using HttpResponseMessage coffee = await http.PostAsync("/", new StringContent("coffee"));
        http.DefaultRequestHeaders.Add("Authorization", "Bearer 1");
        string signedIn = await http.GetStringAsync("/");

        (await tea.Content.ReadAsStringAsync()).Should().Be("tea");
        coffee.StatusCode.Should().Be(HttpStatusCode.MisdirectedRequest);
        signedIn.Should().Be("signed in");
    }

    [Fact]
    public async Task Answers_come_in_turn_and_the_last_one_stays()
    {
        await using FakeService service = new();
        service.On("/", Answer.InTurn(Answer.Times(2, Answer.Unavailable(TimeSpan.FromSeconds(1.2))), HttpResponse.Text("ok")));
        using HttpClient http = service.CreateClient();

        List<int> statuses = [];
        for (int i = 0; i < 4; i++)
        {
            using HttpResponseMessage response = await http.GetAsync("/");
            statuses.Add((int)response.StatusCode);
            if (i == 0) response.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(2), "it is whole seconds");
        }

        statuses.Should().Equal(503, 503, 200, 200);
    }

    [Fact]
    public async Task An_answer_is_a_value_that_several_routes_may_have()
    {
        Answer twice = Answer.InTurn(HttpResponse.Text("1"), HttpResponse.Text("2"));
        await using FakeService service = new();
        service.On("/a", twice).On("/b", twice);
        using HttpClient http = service.CreateClient();

        (await http.GetStringAsync("/a")).Should().Be("1");
        (await http.GetStringAsync("/b")).Should().Be("1");
        (await http.GetStringAsync("/a")).Should().Be("2");
    }

    [Fact]
    public async Task A_function_sees_the_request_and_its_route()
    {
        await using FakeService service = new();
        service.On("POST /echo/{name}", Answer.From(request => HttpResponse.Text($"{request.Route["name"]}: {request.Text}")));
        service.On("GET /later", Answer.From(async (request, token) =>
        {
            await Task.Yield();
            return HttpResponse.Text(request.Query["q"]!);
        }));
        using HttpClient http = service.CreateClient();

        using HttpResponseMessage echo = await http.PostAsync("/echo/a%20b", new StringContent("hello"));

        (await echo.Content.ReadAsStringAsync()).Should().Be("a b: hello");
        (await http.GetStringAsync("/later?q=7")).Should().Be("7");
    }

    [Fact]
    public async Task Any_handler_can_answer_and_read_the_content_and_knows_the_scheme()
    {
        IRequestHandler handler = new Router(
        [
            new("POST /upper/{name}", async (request, route, token) =>
                HttpResponse.Text(
                    $"{route["name"]} {request.Scheme} "
                        + (await request.ReadTextAsync(cancellationToken: token)).ToUpperInvariant())),
        ]);
        await using FakeService service = new();
        service.On("/{all...}", Answer.From(handler));
        using HttpClient http = service.CreateClient("https://api.example/");

        using HttpResponseMessage response = await http.PostAsync("/upper/a", new StringContent("hello"));

        (await response.Content.ReadAsStringAsync()).Should().Be("a https HELLO");
        service.Requests[0].Text.Should().Be("hello");
    }

    [Fact]
    public async Task What_an_answer_throws_is_a_500_and_shows_in_the_message()
    {
        await using FakeService service = new();
        service.On("/", Answer.From(HttpResponse (_) => throw new InvalidOperationException("my mistake")));
        service.On("/condition", HttpResponse.Text(""), when: _ => throw new InvalidOperationException("my condition"));
        using HttpClient http = service.CreateClient();

        using HttpResponseMessage response = await http.GetAsync("/");
        using HttpResponseMessage condition = await http.GetAsync("/condition");

        response.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        condition.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        service.Invoking(one => one.ReceivedNothingUnexpected()).Should().Throw<FakeServiceException>()
            .WithMessage("*InvalidOperationException: my mistake*InvalidOperationException: my condition*");
    }

    [Fact]
    public async Task A_state_selects_answers_and_is_changed_by_them()
    {
        await using FakeService service = new() { State = "empty" };
        service.On("GET /cart", HttpResponse.Text("[]"), inState: "empty")
            .On("POST /cart", new HttpResponse(201), inState: "empty", toState: "full")
            .On("GET /cart", HttpResponse.Text("[tea]"), inState: "full");
        using HttpClient http = service.CreateClient();

        (await http.GetStringAsync("/cart")).Should().Be("[]");
        using HttpResponseMessage first = await http.PostAsync("/cart", new StringContent("tea"));
        using HttpResponseMessage second = await http.PostAsync("/cart", new StringContent("tea"));
        (await http.GetStringAsync("/cart")).Should().Be("[tea]");

        (first.StatusCode, second.StatusCode).Should().Be((HttpStatusCode.Created, HttpStatusCode.MisdirectedRequest));
        service.State.Should().Be("full");
        service.Requests[2].ToString().Should().Be("POST /cart (3 bytes) -> 421, no answer is set for it in the state \"full\"");
    }

    [Fact]
    public async Task Refuses_what_makes_no_sense()
    {
        await using FakeService service = new();

        new Action[]
        {
            () => Answer.InTurn(),
            () => Answer.Times(0, Answer.Never),
            () => Answer.Late(TimeSpan.FromSeconds(-1), Answer.Never),
            () => Answer.Slow(0, Answer.Never),
            () => Answer.CutAfter(-1, Answer.Never),
            () => Answer.StallAfter(-1, Answer.Never),
            () => Answer.WrongLength(-1, Answer.Never),
            () => Answer.Unavailable(TimeSpan.FromSeconds(-1)),
            () => Answer.Proxy(new HttpClient()),
            () => service.OnConnect(ConnectionFault.Reset, 0),
            () => _ = new FakeService(maxKeptContent: -1),
        }.Should().AllSatisfy(wrong => wrong.Should().Throw<ArgumentException>());
    }
}
