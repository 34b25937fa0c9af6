using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pwb.Hosting;

namespace Pwb;

/// <summary>Adds servers to the services of a host, which starts and stops them.</summary>
/// <example><code>
/// HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
/// builder.Services.AddSingleton&lt;IRequestHandler, MyHandler&gt;();
/// builder.Services.AddPwbServer();
/// await builder.Build().RunAsync();
/// </code></example>
public static class PwbServerServices
{
    /// <summary>The section of the configuration that a server is bound to unless told otherwise: "Pwb".</summary>
    public const string DefaultSection = "Pwb";

    /// <summary>
    /// Adds a server that the host starts and stops with its other services. It logs to the host's log. Keys of the configuration
    /// override the options given here, one by one; they are read once, when the host starts. With registered health checks, the
    /// server answers <c>/healthz</c> and <c>/readyz</c> itself, as <see cref="HealthHandler"/> does.
    /// </summary>
    /// <remarks>
    /// A stop of the host is <see cref="PwbServer.StopAsync"/>: requests in flight finish within the shorter of
    /// <see cref="PwbServerLimits.ShutdownGracePeriod"/> and the host's own <c>ShutdownTimeout</c>. The <see cref="PwbServer"/>
    /// is one of the services: of the section "Pwb" by its type, of any other also by the section's name as its key. The host
    /// fails to start with an <see cref="Microsoft.Extensions.Options.OptionsValidationException"/> that names the keys if the
    /// configuration is not valid, before it starts any service.
    /// </remarks>
    /// <param name="services">The services of the host.</param>
    /// <param name="handler">Makes the handler, once; null for the <see cref="IRequestHandler"/> of the services.</param>
    /// <param name="options">Makes the options that the configuration may change, once; null for the defaults.</param>
    /// <param name="section">The section of the configuration, which may be missing. Default: "Pwb".</param>
    /// <exception cref="ArgumentException">There is a server of this section already.</exception>
    public static IServiceCollection AddPwbServer(
        this IServiceCollection services,
        Func<IServiceProvider, IRequestHandler>? handler = null,
        Func<IServiceProvider, PwbServerOptions>? options = null,
        string section = DefaultSection)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(section);
        string? key = section == DefaultSection ? null : section;
        if (services.Any(one => one.ServiceType == typeof(PwbServer) && Equals(one.ServiceKey, key)))
            throw new ArgumentException($"There is a server of the section '{section}' already.", nameof(section));

        PwbServer Make(IServiceProvider provider) =>
            new(
                HandlerOf(provider, handler),
                ServerSettings.Apply(
                    provider.GetService<IConfiguration>()?.GetSection(section),
                    options?.Invoke(provider) ?? new PwbServerOptions()),
                provider.GetService<ILoggerFactory>());

        if (key is null) services.AddSingleton(Make);
        else services.AddKeyedSingleton(key, (provider, _) => Make(provider));
        return services.AddSingleton<IHostedService>(provider => new HostedServer(
            key is null ? provider.GetRequiredService<PwbServer>() : provider.GetRequiredKeyedService<PwbServer>(key)));
    }

    private static IRequestHandler HandlerOf(IServiceProvider provider, Func<IServiceProvider, IRequestHandler>? handler)
    {
        IRequestHandler made = handler?.Invoke(provider) ?? provider.GetRequiredService<IRequestHandler>();
        return provider.GetService<HealthCheckService>() is { } checks
            ? new HealthHandler(made, async cancellationToken =>
                (await checks.CheckHealthAsync(cancellationToken).ConfigureAwait(false)).Status != HealthStatus.Unhealthy)
            : made;
    }
}
