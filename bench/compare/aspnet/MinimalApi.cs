using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;

namespace Pwb.Compare.AspNet;

/// <summary>Kestrel as most people use it: a minimal API, and UseStaticFiles for a directory.</summary>
internal static class MinimalApi
{
    public static async Task RunAsync(int port, string? directory)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.Limits.MaxRequestBodySize = null;
            options.Listen(IPAddress.Loopback, port);
        });
        await using WebApplication app = builder.Build();
        if (directory is not null)
            app.UseStaticFiles(new StaticFileOptions { FileProvider = new PhysicalFileProvider(Path.GetFullPath(directory)) });
        app.MapGet("/11", () => Results.Text("hello PWB"));
        app.MapPost("/11", async (HttpRequest request) =>
        {
            await request.Body.CopyToAsync(Stream.Null);
            return Results.Text("hello PWB");
        });
        app.MapGet("/json", () => Results.Bytes(Json.Render(), "application/json"));
        await app.RunAsync();
    }
}
