using System.Text;

namespace Pwb.Testing.Tests;

/// <summary>What came, and the messages about it.</summary>
public sealed class RequestTests
{
    [Fact]
    public async Task Has_method_target_fields_and_content_in_order()
    {
        await using FakeService service = new();
        service.On("/{all...}", new HttpResponse(204));
        using HttpClient http = service.CreateClient("https://api.example/");

        using StringContent content = new("""{"tea":2}""", Encoding.UTF8, "application/json");
        await http.PostAsync("/orders?x=a%20b", content);
        await http.DeleteAsync("/orders/1");

        RecordedRequest first = service.Requests[0];
        (first.Number, first.Method, first.Target, first.Path, first.Scheme, first.Host).Should().Be(
            (1, "POST", "/orders?x=a%20b", "/orders", "https", "api.example"));
        first.Query["x"].Should().Be("a b");
        first.Headers["Content-Type"].Should().Be("application/json; charset=utf-8");
        first.Text.Should().Be("""{"tea":2}""");
        first.ContentLength.Should().Be(9);
        service.Requests[1].ToString().Should().Be("DELETE /orders/1 -> 204");
    }

    [Fact]
    public async Task Keeps_content_up_to_a_limit_and_counts_the_rest()
    {
        await using FakeService service = new(maxKeptContent: 10);
        service.On("/", HttpResponse.Text("thank you"));
        using HttpClient http = service.CreateClient();

        using HttpResponseMessage response = await http.PostAsync("/", new ByteArrayContent(new byte[1_000_000]));

        response.EnsureSuccessStatusCode();
        service.Requests[0].Content.Length.Should().Be(10);
        service.Requests[0].ContentLength.Should().Be(1_000_000);
    }

    [Fact]
    public async Task Chunked_content_of_an_unknown_length_is_kept_too()
    {
        await using FakeService service = new();
        service.On("/", HttpResponse.Text("thank you"));
        using HttpClient http = service.CreateClient();
        using HttpRequestMessage request = new(HttpMethod.Put, "/") { Content = new StringContent("in pieces") };
        request.Headers.TransferEncodingChunked = true;

        using HttpResponseMessage response = await http.SendAsync(request);

        service.Requests[0].Text.Should().Be("in pieces");
    }

    [Fact]
    public async Task The_third_request_can_be_waited_for()
    {
        await using FakeService service = new();
        service.On("/{number}", HttpResponse.Text(""));
        using HttpClient http = service.CreateClient();

        Task<RecordedRequest> third = service.RequestAsync(3);
        for (int i = 1; i <= 3; i++)
        {
            third.IsCompleted.Should().BeFalse();
            await http.GetAsync($"/{i}");
        }

        (await third).Target.Should().Be("/3");
    }

    [Fact]
    public async Task A_request_that_does_not_come_is_told_with_those_that_did()
    {
        await using FakeService service = new();
        using HttpClient http = service.CreateClient();

        Func<Task> first = () => service.RequestAsync(1, within: TimeSpan.FromMilliseconds(1));
        Func<Task> second = () => service.RequestAsync(2, within: TimeSpan.FromMilliseconds(1));

        (await first.Should().ThrowAsync<FakeServiceException>()).WithMessage(
            "Request 1 has not come within 0.001 s. No request has come.");
        await http.GetAsync("/a");
        (await second.Should().ThrowAsync<FakeServiceException>()).WithMessage(
            "Request 2 has not come within 0.001 s. These came:\n  1. GET /a -> 421, no answer is set for it (http://localhost)");
    }

    [Fact]
    public async Task Messages_show_what_came_instead()
    {
        await using FakeService service = new();
        service.On("GET /v1/{city}", HttpResponse.Text("21.5"));
        using HttpClient http = service.CreateClient();
        await http.GetAsync("/v1/Paris");
        await http.GetAsync("/v1/Rome");

        service.Received("GET /v1/{city}", times: 2).Select(request => request.Path).Should().Equal("/v1/Paris", "/v1/Rome");
        service.Received("/v1/Rome").Should().ContainSingle();
        const string Came = " These came:\n  1. GET /v1/Paris -> 200\n  2. GET /v1/Rome -> 200";
        MessageOf(() => service.Received("GET /v1/Paris", times: 2)).Should().Be(
            "2 requests 'GET /v1/Paris' expected, 1 came." + Came);
        MessageOf(() => service.Received("POST /v1/Paris")).Should().Be(
            "At least 1 request 'POST /v1/Paris' expected, 0 came." + Came);
        MessageOf(() => service.Received("/v1/Rome", 1, request => request.Host == "x")).Should().Be(
            "1 request '/v1/Rome' expected that fulfil the condition, 0 came." + Came);
        service.ReceivedInOrder("/v1/Paris", "/v1/Rome");
        MessageOf(() => service.ReceivedInOrder("/v1/Rome", "/v1/Paris")).Should().Be("Request 1 should be '/v1/Rome'." + Came);
        MessageOf(() => service.ReceivedInOrder("/v1/Paris")).Should().Be("Only 1 requests were expected." + Came);
        MessageOf(() => service.ReceivedInOrder("/v1/Paris", "/v1/Rome", "/v1/Oslo")).Should().Be(
            "Request 3 should be '/v1/Oslo'." + Came);
        service.ReceivedNothingUnexpected();
        await http.GetAsync("/v2/Paris");
        MessageOf(service.ReceivedNothingUnexpected).Should().Be(
            "There were requests without an answer." + Came
                + "\n  3. GET /v2/Paris -> 421, no answer is set for it (http://localhost)");
    }

    [Fact]
    public async Task Many_requests_at_once_are_all_kept_and_answered_in_turn()
    {
        await using FakeService service = new();
        service.On("/", Answer.InTurn([.. Enumerable.Range(0, 100).Select(i => (Answer)HttpResponse.Text($"{i}"))]));
        using HttpClient http = service.CreateClient();

        string[] answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => http.GetStringAsync("/")));

        answers.Should().BeEquivalentTo(Enumerable.Range(0, 100).Select(i => $"{i}"));
        service.Requests.Select(request => request.Number).Should().Equal(Enumerable.Range(1, 100));
    }

    private static string MessageOf(Action action) => action.Should().Throw<FakeServiceException>().Which.Message;
}
