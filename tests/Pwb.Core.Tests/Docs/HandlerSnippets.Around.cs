using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Pwb;

namespace Snippets;

/// <content>Handlers around handlers, and promises of theirs.</content>
public sealed partial class HandlerSnippets
{
    [Fact]
    public async Task A_duration_has_a_point_under_every_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        try
        {
            CultureInfo.CurrentCulture = comma;
            HttpResponse response = await new TimingHandler(RequestHandler.From(_ => HttpResponse.Text("x"))).HandleAsync(
                new HttpRequest("GET", "/"), CancellationToken.None);

            response.Headers["Server-Timing"].Should().MatchRegex(@"^handler;dur=\d+\.\d$");
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public async Task Pages_of_other_sites_are_refused_unless_they_are_trusted()
    {
        IRequestHandler handler = RequestHandler.From(_ => HttpResponse.Text("done\n"));

        // <trusted-origins>
        await using PwbServer server = new(
            handler, new PwbServerOptions { TrustedOrigins = ["https://app.example", "http://localhost:3000"] });
        // </trusted-origins>

        (await PostAsync("http://localhost:3000")).Should().Be(HttpStatusCode.OK);
        (await PostAsync("http://localhost:3001")).Should().Be(HttpStatusCode.Forbidden);

        async Task<HttpStatusCode> PostAsync(string origin)
        {
            using HttpClient client = server.CreateClient();
            client.DefaultRequestHeaders.Add("Origin", origin);
            using HttpResponseMessage response = await client.PostAsync("/", null);
            return response.StatusCode;
        }
    }

    // <timing>
    internal sealed class TimingHandler(IRequestHandler inner) : IRequestHandler
    {
        public bool NeverBlocks => inner.NeverBlocks;

        public async ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
        {
            long start = Stopwatch.GetTimestamp();
            HttpResponse response = await inner.HandleAsync(request, cancellationToken);
            double milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            // Under every culture: never "1,5".
            return response.With("Server-Timing", string.Create(CultureInfo.InvariantCulture, $"handler;dur={milliseconds:F1}"));
        }
    }
    // </timing>

    [Fact]
    public async Task Decorators_are_put_around_one_another()
    {
        // <composition>
        IRequestHandler api = RequestHandler.From(_ => HttpResponse.Text("the API\n"));
        CorsOptions cors = new() { Origins = ["https://app.example"], RequestHeaders = ["Authorization"] };
        IRequestHandler handler = new TimingHandler(
            new CorsHandler(cors, new BasicAuthenticationHandler("PWB", "ann", "s3cret", api)));
        await using PwbServer server = new(handler, new PwbServerOptions { TrustedOrigins = ["https://app.example"] });
        // </composition>

        using HttpClient client = server.CreateClient();
        client.DefaultRequestHeaders.Add("Origin", "https://app.example");
        using HttpResponseMessage refused = await client.GetAsync("/");
        refused.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        refused.Headers.WwwAuthenticate.ToString().Should().StartWith("Basic realm=");
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String("ann:s3cret"u8));
        using HttpResponseMessage response = await client.GetAsync("/");
        (await response.Content.ReadAsStringAsync()).Should().Be("the API\n");
        response.Headers.GetValues("Server-Timing").Should().ContainSingle().Which.Should().StartWith("handler;dur=");
        response.Headers.GetValues("Access-Control-Allow-Origin").Should().Equal("https://app.example");
        (await client.PostAsync("/", null)).StatusCode.Should().Be(HttpStatusCode.OK);
        using HttpRequestMessage asking = new(HttpMethod.Options, "/");
        asking.Headers.Add("Access-Control-Request-Method", "POST");
        using HttpResponseMessage preflight = await client.SendAsync(asking);
        preflight.StatusCode.Should().Be(HttpStatusCode.NoContent);
        preflight.Headers.GetValues("Access-Control-Allow-Headers").Should().ContainSingle()
            .Which.Should().Contain("Authorization", "the API wants it");
    }

    [Fact]
    public void A_promise_may_be_overruled()
    {
        // <ignore-never-blocks>
        var options = new PwbServerOptions { IgnoreNeverBlocks = true };
        // </ignore-never-blocks>

        options.Validate();
    }

    [Fact]
    public void The_thread_pool_may_be_left_alone()
    {
        // <leave-pool>
        var options = new PwbServerOptions { GrowThreadPool = false };
        // </leave-pool>

        options.Validate();
    }
}
