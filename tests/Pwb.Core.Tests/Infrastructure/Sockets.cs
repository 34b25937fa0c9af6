using Pwb.Server;

namespace Pwb.Tests.Infrastructure;

/// <summary>
/// How the sockets of this run are served: PWB_SOCKETS=epoll dotnet test tests/Pwb.Core.Tests has all tests use epoll.
/// </summary>
internal static class Sockets
{
    public static bool AreByEpoll { get; } =
        OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable(SeatChoice.Variable) == "epoll";
}
