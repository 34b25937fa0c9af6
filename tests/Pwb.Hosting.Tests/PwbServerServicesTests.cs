using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Pwb.Hosting.Tests;

public sealed class PwbServerServicesTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Runs_with_its_host_and_serves_with_the_handler_of_the_services()
    {
        HostApplicationBuilder builder = TestHost.Builder(
            ("Pwb:EndPoints:0", "127.0.0.1:0"), ("Pwb:ServerHeader", "from the configuration"));
        builder.Services.AddPwbServer();
        using IHost host = builder.Build();
        await host.StartAsync();
        using HttpClient client = host.Server().Client();

        using HttpResponseMessage response = await client.GetAsync("/you");

        (await response.Content.ReadAsStringAsync()).Should().Be("hosted /you\n");
        response.Headers.Server.ToString().Should().Be("from the configuration");
        await host.StopAsync();
        host.Server().Invoking(server => server.EndPoint).Should().Throw<InvalidOperationException>("it no longer listens");
    }

    [Fact]
    public async Task Takes_a_handler_and_options_that_are_made_of_the_services()
    {
        HostApplicationBuilder builder = TestHost.Builder();
        builder.Services.AddSingleton("the name");
        builder.Services.AddPwbServer(
            services => RequestHandler.From(_ => HttpResponse.Text(services.GetRequiredService<string>())),
            services => TestHost.FreePort(services) with { ServerHeader = services.GetRequiredService<string>() });
        using IHost host = builder.Build();
        await host.StartAsync();
        using HttpClient client = host.Server().Client();

        using HttpResponseMessage response = await client.GetAsync("/");

        (await response.Content.ReadAsStringAsync()).Should().Be("the name");
        response.Headers.Server.ToString().Should().Be("the name");
    }

    [Fact]
    public async Task Logs_where_the_host_logs()
    {
        HostApplicationBuilder builder = TestHost.Builder();
        LogLines lines = new();
        builder.Logging.AddProvider(lines);
        builder.Services.AddPwbServer(options: TestHost.FreePort);
        using IHost host = builder.Build();

        await host.StartAsync();
        await host.StopAsync();

        lines.All.Should().Contain(
            line =>
                line.StartsWith("Pwb.Server: ", StringComparison.Ordinal)
                    && line.Contains("http://localhost:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Starts_nothing_if_the_configuration_is_wrong()
    {
        HostApplicationBuilder builder = TestHost.Builder(("Pwb:Limits:KeepAliveTimeout", "soon"));
        Recorder recorder = new();
        builder.Services.AddSingleton<IHostedService>(recorder);
        builder.Services.AddPwbServer();
        using IHost host = builder.Build();

        (await host.Invoking(one => one.StartAsync()).Should().ThrowAsync<OptionsValidationException>())
            .WithMessage("*Pwb:Limits:KeepAliveTimeout is no duration such as 00:00:30*");
        recorder.HasStarted.Should().BeFalse();
    }

    [Fact]
    public async Task Fails_to_start_where_it_cannot_listen()
    {
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        HostApplicationBuilder builder = TestHost.Builder(("Pwb:EndPoints:0", taken.LocalEndPoint!.ToString()));
        builder.Services.AddPwbServer();
        using IHost host = builder.Build();

        await host.Invoking(one => one.StartAsync()).Should().ThrowAsync<IOException>();
    }

    [Fact]
    public async Task A_stop_of_the_host_lets_a_request_in_flight_finish()
    {
        TaskCompletionSource inside = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using IHost host = await StartSlowAsync(inside, request => request.Stopping, TimeSpan.FromSeconds(20));
        using HttpClient client = host.Server().Client();
        Task<string> asked = client.GetStringAsync("/");
        await inside.Task.WaitAsync(Patience);

        await host.StopAsync().WaitAsync(Patience);

        (await asked).Should().Be("finished\n");
    }

    [Fact]
    public async Task A_request_that_does_not_finish_within_the_time_of_the_host_is_given_up()
    {
        TaskCompletionSource inside = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using IHost host = await StartSlowAsync(inside, request => request.Aborted, TimeSpan.FromMilliseconds(100));
        using HttpClient client = host.Server().Client();
        Task<string> asked = client.GetStringAsync("/");
        await inside.Task.WaitAsync(Patience);

        await host.StopAsync().WaitAsync(Patience);

        await asked.Invoking(one => one).Should().ThrowAsync<HttpRequestException>();
    }

    [Fact]
    public async Task Answers_with_the_health_checks_that_are_registered()
    {
        HealthStatus status = HealthStatus.Healthy;
        HostApplicationBuilder builder = TestHost.Builder();
        builder.Services.AddHealthChecks().AddCheck("disk", () => new HealthCheckResult(status, "a detail"));
        builder.Services.AddPwbServer(options: TestHost.FreePort);
        using IHost host = builder.Build();
        await host.StartAsync();
        using HttpClient client = host.Server().Client();

        (await StatusOf("/healthz")).Should().Be(HttpStatusCode.OK);
        (await StatusOf("/readyz")).Should().Be(HttpStatusCode.OK);
        status = HealthStatus.Degraded;
        (await StatusOf("/readyz")).Should().Be(HttpStatusCode.OK);
        status = HealthStatus.Unhealthy;
        (await StatusOf("/readyz")).Should().Be(HttpStatusCode.ServiceUnavailable);
        (await StatusOf("/healthz")).Should().Be(HttpStatusCode.OK);

        async Task<HttpStatusCode> StatusOf(string path)
        {
            using HttpResponseMessage response = await client.GetAsync(path);
            (await response.Content.ReadAsStringAsync()).Should().NotContain("detail");
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task Leaves_the_paths_of_health_to_the_handler_without_health_checks()
    {
        HostApplicationBuilder builder = TestHost.Builder();
        builder.Services.AddPwbServer(options: TestHost.FreePort);
        using IHost host = builder.Build();
        await host.StartAsync();
        using HttpClient client = host.Server().Client();

        (await client.GetStringAsync("/readyz")).Should().Be("hosted /readyz\n");
    }

    [Fact]
    public async Task A_second_server_has_a_section_and_a_key_of_its_own()
    {
        HostApplicationBuilder builder = TestHost.Builder(
            ("Pwb:EndPoints:0", "127.0.0.1:0"), ("Admin:EndPoints:0", "127.0.0.1:0"), ("Admin:ServerHeader", "admin"));
        builder.Services.AddPwbServer();
        builder.Services.AddPwbServer(_ => RequestHandler.From(_ => HttpResponse.Text("for administrators\n")), section: "Admin");
        using IHost host = builder.Build();
        await host.StartAsync();
        using HttpClient admin = host.Services.GetRequiredKeyedService<PwbServer>("Admin").Client();
        using HttpClient client = host.Server().Client();

        (await admin.GetStringAsync("/")).Should().Be("for administrators\n");
        (await client.GetStringAsync("/")).Should().Be("hosted /\n");
    }

    [Fact]
    public void Refuses_a_second_server_of_one_section()
    {
        ServiceCollection services = new();
        services.AddPwbServer();
        services.AddPwbServer(section: "Admin");

        services.Invoking(one => one.AddPwbServer()).Should().Throw<ArgumentException>().WithParameterName("section");
        services.Invoking(one => one.AddPwbServer(section: "Admin")).Should().Throw<ArgumentException>().WithMessage("*'Admin'*");
    }

    [Fact]
    public async Task Says_so_when_there_is_no_handler()
    {
        using IHost host = new HostBuilder().ConfigureServices(services => services.AddPwbServer()).Build();

        (await host.Invoking(one => one.StartAsync()).Should().ThrowAsync<InvalidOperationException>())
            .WithMessage("*IRequestHandler*");
    }

    [Fact]
    public async Task A_server_of_the_services_answers_in_memory_without_the_host()
    {
        HostApplicationBuilder builder = TestHost.Builder();
        builder.Services.AddPwbServer();
        using IHost host = builder.Build();
        using HttpClient client = host.Server().CreateClient();

        (await client.GetStringAsync("/")).Should().Be("hosted /\n");
    }

    private static async Task<IHost> StartSlowAsync(
        TaskCompletionSource inside, Func<HttpRequest, CancellationToken> until, TimeSpan shutdownTimeout)
    {
        HostApplicationBuilder builder = TestHost.Builder();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = shutdownTimeout);
        builder.Services.AddPwbServer(
            _ => RequestHandler.From(async request =>
            {
                TaskCompletionSource cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
                using (until(request).Register(cancelled.SetResult))
                {
                    inside.TrySetResult();
                    await cancelled.Task.WaitAsync(Patience);
                }

                return HttpResponse.Text("finished\n");
            }),
            TestHost.FreePort);
        IHost host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private sealed class Recorder : IHostedService
    {
        public bool HasStarted { get; private set; }

        public Task StartAsync(CancellationToken cancellationToken)
        {
            HasStarted = true;
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
