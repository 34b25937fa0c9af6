using System.Net;

namespace Pwb.Compare.Embedded;

/// <summary>The server that comes with .NET.</summary>
internal static class Listener
{
    private static readonly byte[] Hello = "hello PWB"u8.ToArray();

    public static async Task RunAsync(int port)
    {
        using HttpListener listener = new();
        listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        listener.Start();
        while (true) _ = AnswerAsync(await listener.GetContextAsync());
    }

    private static async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            bool isJson = context.Request.Url?.AbsolutePath == "/json";
            byte[] content = isJson ? Json.Render() : Hello;
            if (context.Request.HasEntityBody) await context.Request.InputStream.CopyToAsync(Stream.Null);
            context.Response.ContentType = isJson ? "application/json" : "text/plain; charset=utf-8";
            context.Response.ContentLength64 = content.Length;
            await context.Response.OutputStream.WriteAsync(content);
            context.Response.Close();
        }
        catch (HttpListenerException)
        {
            // The client is gone.
        }
    }
}
