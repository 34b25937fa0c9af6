using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Pwb.Hosting;

/// <summary>
/// Reads a server's options from a section of the configuration, without reflection, so that it works trimmed. Unknown keys are
/// errors, so that a misspelt limit does not silently keep its default.
/// </summary>
internal static class ServerSettings
{
    private const string Limits = nameof(PwbServerOptions.Limits);

    /// <summary>The options, overridden by the section.</summary>
    /// <exception cref="OptionsValidationException">Something in the section is not valid. It names each key.</exception>
    /// <exception cref="ArgumentException">The options that were given are not valid.</exception>
    public static PwbServerOptions Apply(IConfigurationSection? section, PwbServerOptions options)
    {
        if (section is null) return options;

        List<string> failures = [];
        foreach (IConfigurationSection one in section.GetChildren())
        {
            Setting setting = new(one, failures);
            options = setting.Is(Limits)
                ? options with { Limits = ApplyLimits(one, options.Limits, failures) }
                : Apply(setting, options);
        }

        if (failures.Count == 0) Validate(section, options, failures);
        if (failures.Count > 0) throw new OptionsValidationException(section.Path, typeof(PwbServerOptions), failures);
        return options;
    }

    private static PwbServerOptions Apply(Setting setting, PwbServerOptions options) => setting.Name switch
    {
        "ENDPOINTS" => options with { EndPoints = EndPointSettings.Read(setting) ?? options.EndPoints },
        "ALLOWCONNECT" => options with { AllowConnect = setting.Boolean() },
        "DEFERACCEPT" => options with { DeferAccept = setting.Boolean() },
        "SERVERHEADER" => options with { ServerHeader = setting.TextOrNull() },
        "ACCESSLOGFORMAT" => options with { AccessLogFormat = setting.Choice<AccessLogFormat>() },
        "SECRETQUERYPARAMETERS" =>
            options with { SecretQueryParameters = setting.Texts() ?? options.SecretQueryParameters },
        "ALLOWEDHOSTS" => options with { AllowedHosts = setting.Texts() ?? options.AllowedHosts },
        "TRUSTEDORIGINS" => options with { TrustedOrigins = setting.Texts() ?? options.TrustedOrigins },
        "ADDITIONALMETHODS" => options with { AdditionalMethods = setting.Texts() ?? options.AdditionalMethods },
        "GROWTHREADPOOL" => options with { GrowThreadPool = setting.Boolean() },
        "IGNORENEVERBLOCKS" => options with { IgnoreNeverBlocks = setting.Boolean() },
        "SOCKETENGINE" => options with { SocketEngine = setting.Choice<SocketEngine>() },
        "SPINTIME" => options with { SpinTime = setting.Duration() },
        _ => setting.Fail(options, "is no option of a server"),
    };

    private static PwbServerLimits ApplyLimits(IConfigurationSection section, PwbServerLimits limits, List<string> failures)
    {
        foreach (IConfigurationSection one in section.GetChildren()) limits = Apply(new Setting(one, failures), limits);
        return limits;
    }

    private static PwbServerLimits Apply(Setting setting, PwbServerLimits limits) => setting.Name switch
    {
        "MAXCONNECTIONS" => limits with { MaxConnections = setting.Int32OrNull() },
        "BACKLOG" => limits with { Backlog = setting.Int32() },
        "MAXREQUESTLINELENGTH" => limits with { MaxRequestLineLength = setting.Int32() },
        "MAXHEADERSECTIONLENGTH" => limits with { MaxHeaderSectionLength = setting.Int32() },
        "MAXFIELDLINES" => limits with { MaxFieldLines = setting.Int32() },
        "MAXCONTENTLENGTH" => limits with { MaxContentLength = setting.Int64() },
        "MAXCHUNKLINELENGTH" => limits with { MaxChunkLineLength = setting.Int32() },
        "MAXCHUNKEXTENSIONSLENGTH" => limits with { MaxChunkExtensionsLength = setting.Int32() },
        "MAXTRAILERSECTIONLENGTH" => limits with { MaxTrailerSectionLength = setting.Int32() },
        "MAXTRAILERFIELDLINES" => limits with { MaxTrailerFieldLines = setting.Int32() },
        "MAXWASTEDLENGTH" => limits with { MaxWastedLength = setting.Int64() },
        "MAXDRAINEDCONTENTLENGTH" => limits with { MaxDrainedContentLength = setting.Int64() },
        "DRAINTIMEOUT" => limits with { DrainTimeout = setting.Duration() },
        "FIRSTBYTETIMEOUT" => limits with { FirstByteTimeout = setting.Duration() },
        "TLSHANDSHAKETIMEOUT" => limits with { TlsHandshakeTimeout = setting.Duration() },
        "REQUESTHEADTIMEOUT" => limits with { RequestHeadTimeout = setting.Duration() },
        "KEEPALIVETIMEOUT" => limits with { KeepAliveTimeout = setting.Duration() },
        "MINCONTENTRATE" => limits with { MinContentRate = setting.Int32() },
        "CONTENTRATEGRACEPERIOD" => limits with { ContentRateGracePeriod = setting.Duration() },
        "CONTENTTIMEOUT" => limits with { ContentTimeout = setting.Duration() },
        "RESPONSETIMEOUT" => limits with { ResponseTimeout = setting.Duration() },
        "MINRESPONSERATE" => limits with { MinResponseRate = setting.Int32() },
        "LINGERTIMEOUT" => limits with { LingerTimeout = setting.Duration() },
        "SHUTDOWNGRACEPERIOD" => limits with { ShutdownGracePeriod = setting.Duration() },
        _ => setting.Fail(limits, "is no limit of a server"),
    };

    // The server's own checks, with the key in front where the value came from here.
    private static void Validate(IConfigurationSection section, PwbServerOptions options, List<string> failures)
    {
        try
        {
            options.Validate();
        }
        catch (ArgumentException exception) when (exception.ParamName is { } name && KeyOf(section, name) is { } key)
        {
            failures.Add($"{key}: {exception.Message}");
        }
    }

    private static string? KeyOf(IConfigurationSection section, string name) =>
        section.GetSection(name) is var option && option.Exists() ? option.Path
            : section.GetSection(Limits).GetSection(name) is var limit && limit.Exists() ? limit.Path
            : null;
}
