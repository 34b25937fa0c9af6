using System.Net;
using RichardSzalay.MockHttp;

namespace Pwb.Testing.Compare;

/// <summary>
/// What RichardSzalay.MockHttp can do of the same: it is a handler of the client, and has no wire, no clock and no file.
/// </summary>
internal static class MockHttpUses
{
    public static async Task StubAsync()
    {
        MockHttpMessageHandler mock = new();
        MockedRequest request = mock.When(HttpMethod.Get, "http://localhost/foo").Respond("text/plain", "Hello, world!");
        using HttpClient http = mock.ToHttpClient();
        http.BaseAddress = new Uri("http://localhost/");
        Check.That(await http.GetStringAsync("/foo") == "Hello, world!");
        Check.That(mock.GetMatchCount(request) == 1);
    }

    public static async Task MatchAsync()
    {
        MockHttpMessageHandler mock = new();
        mock.When(HttpMethod.Post, "http://localhost/orders").WithQueryString("dry", "1").WithHeaders("X-Key", "1")
            .WithContent("""{"tea":2}""").Respond(HttpStatusCode.Created);
        using HttpClient http = mock.ToHttpClient();
        http.BaseAddress = new Uri("http://localhost/");
        http.DefaultRequestHeaders.Add("X-Key", "1");
        using HttpResponseMessage response = await http.PostAsync("/orders?dry=1", new StringContent("""{"tea":2}"""));
        Check.That((int)response.StatusCode == 201);
    }
}
