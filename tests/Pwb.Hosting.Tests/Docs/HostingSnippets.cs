using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Pwb;

namespace Docs;

/// <summary>The C# of docs/hosting.md.</summary>
public sealed class HostingSnippets
{
    [Fact]
    public async Task A_worker_has_a_page()
    {
        string[] args = ["--Pwb:EndPoints:0=127.0.0.1:0"];

        // <hosting-program>
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddSingleton<Stock>();
        builder.Services.AddSingleton<IRequestHandler, StockPage>();
        builder.Services.AddPwbServer();
        using IHost host = builder.Build();
        // </hosting-program>
        host.Services.GetRequiredService<Stock>().Count = 7;
        await host.StartAsync();
        using HttpClient client = new() { BaseAddress = new Uri(host.Services.GetRequiredService<PwbServer>().Urls[0]) };

        (await client.GetStringAsync("/stock")).Should().Be("7 in stock\n");
        await host.StopAsync();
    }

    [Fact]
    public async Task Defaults_are_in_the_program_and_the_configuration_wins()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection([new("Pwb:EndPoints:0", "127.0.0.1:0")]);
        builder.Services.AddSingleton<Stock>();

        // <hosting-options>
        builder.Services.AddPwbServer(
            services => new Router([
                new("GET /stock", _ => HttpResponse.Text($"{services.GetRequiredService<Stock>().Count} in stock\n")),
            ]),
            _ => new PwbServerOptions
            {
                EndPoints = ServerEndPoint.Loopback(8080),
                Limits = new PwbServerLimits { MaxContentLength = 1_000_000 },
            });
        // </hosting-options>
        using IHost host = builder.Build();
        await host.StartAsync();
        PwbServer server = host.Services.GetRequiredService<PwbServer>();

        server.EndPoint.Port.Should().NotBe(8080);
        using HttpClient client = server.CreateClient();
        (await client.GetStringAsync("/stock")).Should().Be("0 in stock\n");
        (await client.PostAsync("/stock", new ByteArrayContent(new byte[1_000_001]))).StatusCode.Should().Be(
            HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Health_checks_are_asked()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        Stock stock = new();
        builder.Services.AddSingleton<IRequestHandler>(new StockPage(stock));

        // <hosting-health>
        builder.Services.AddHealthChecks().AddCheck("stock", () =>
            stock.Count > 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("There is nothing left."));
        builder.Services.AddPwbServer();
        // </hosting-health>
        using IHost host = builder.Build();
        using HttpClient client = host.Services.GetRequiredService<PwbServer>().CreateClient();

        (await client.GetAsync("/readyz")).StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        stock.Count = 1;
        (await client.GetAsync("/readyz")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_request_may_have_a_scope()
    {
        ServiceCollection services = new();
        services.AddScoped<Stock>();
        using ServiceProvider provider = services.BuildServiceProvider();
        IServiceScopeFactory scopes = provider.GetRequiredService<IServiceScopeFactory>();

        // <hosting-scope>
        IRequestHandler handler = RequestHandler.From(async request =>
        {
            await using AsyncServiceScope scope = scopes.CreateAsyncScope();
            int count = scope.ServiceProvider.GetRequiredService<Stock>().Count++;
            return HttpResponse.Text($"{count} in stock\n");
        });
        // </hosting-scope>
        using HttpClient client = new PwbServer(handler).CreateClient();

        (await client.GetStringAsync("/")).Should().Be("0 in stock\n");
        (await client.GetStringAsync("/")).Should().Be("0 in stock\n");
    }

    [Fact]
    public async Task A_second_server_is_for_administrators()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(
            [new("Pwb:EndPoints:0", "127.0.0.1:0"), new("Admin:EndPoints:0", "127.0.0.1:0")]);
        Stock stock = new();
        builder.Services.AddSingleton<IRequestHandler>(new StockPage(stock));

        // <hosting-second>
        builder.Services.AddPwbServer();
        builder.Services.AddPwbServer(
            services => new Router([
                new("PUT /stock/{count:int}", (_, route) =>
                {
                    stock.Count = route.GetInt32("count");
                    return new HttpResponse(204);
                }),
            ]),
            section: "Admin");
        // </hosting-second>
        using IHost host = builder.Build();
        await host.StartAsync();
        using HttpClient admin =
            new() { BaseAddress = new Uri(host.Services.GetRequiredKeyedService<PwbServer>("Admin").Urls[0]) };

        (await admin.PutAsync("/stock/5", null)).StatusCode.Should().Be(HttpStatusCode.NoContent);
        stock.Count.Should().Be(5);
    }

    [Fact]
    public async Task The_settings_of_the_page_are_right()
    {
        string page = await File.ReadAllTextAsync(PageOf("docs", "hosting.md"));
        string json = page.Split("```json\n")[1].Split("```")[0];
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddJsonStream(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json)));
        builder.Services.AddSingleton<IRequestHandler>(new StockPage(new Stock()));
        builder.Services.AddPwbServer();
        using IHost host = builder.Build();

        // All but the certificate, which is not on this machine.
        string failure =
            host.Invoking(one => one.Services.GetRequiredService<PwbServer>()).Should().Throw<OptionsValidationException>()
                .Which.Failures.Should().ContainSingle().Which;
        failure.Should().StartWith("Pwb:EndPoints:1 has a certificate that cannot be used: ").And.Contain("/etc/my-app/site.pem");
    }

    private static string PageOf(params string[] path)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Pwb.sln"))) folder = folder.Parent;
        return Path.Combine([folder!.FullName, .. path]);
    }
}

internal sealed class Stock
{
    public int Count { get; set; }
}

// <hosting-handler>
internal sealed class StockPage(Stock stock) : IRequestHandler
{
    public ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken) =>
        ValueTask.FromResult(HttpResponse.Text($"{stock.Count} in stock\n"));
}
// </hosting-handler>
