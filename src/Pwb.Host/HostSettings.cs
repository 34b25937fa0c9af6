using System.Net;
using Microsoft.Extensions.Logging;

namespace Pwb.Host;

/// <summary>What the command line asked for, checked and typed.</summary>
internal sealed record HostSettings
{
    public required IReadOnlyList<IPEndPoint> EndPoints { get; init; }

    public required LogLevel LogLevel { get; init; }

    public PwbServerOptions ToServerOptions() => new() { EndPoints = EndPoints };
}
