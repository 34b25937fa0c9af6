using System.Net;
using Pwb;

namespace Snippets;

/// <summary>The C# of docs/limits.md.</summary>
public sealed class LimitSnippets
{
    [Fact]
    public async Task Limits_are_set_where_a_server_is_made()
    {
        IRequestHandler handler = new FixedResponseHandler();

        // <limits>
        await using PwbServer server = new(handler, new PwbServerOptions
        {
            Limits = new PwbServerLimits { MaxContentLength = 1_000_000, KeepAliveTimeout = TimeSpan.FromSeconds(20) },
        });
        // </limits>

        using HttpClient client = server.CreateClient();
        using HttpRequestMessage request = new(HttpMethod.Post, "/") { Content = new ByteArrayContent(new byte[1_000_001]) };
        request.Headers.ExpectContinue = true;
        using HttpResponseMessage response = await client.SendAsync(request);
        response.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
    }
}
