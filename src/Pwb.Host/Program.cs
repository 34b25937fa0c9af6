using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Pwb;
using Pwb.Host;

const int MaxPorts = 16; // the number of ports to try when none was given

TolerantWriter.ReplaceStandardOutputs();
if (args is [HashCommand.Name, .. var rest])
    return HashCommand.Run(rest);
try
{
    var settings = CommandLine.Parse(args, Environment.GetEnvironmentVariable, Console.Out, Console.Error, out int exitCode);
    if (settings is null)
        return exitCode;

    HostVariables.Withhold(); // the needed ones have been read
    using var signals = new StopSignals();
    using var loggerFactory = ConsoleLogging.CreateFactory(settings.LogLevel, settings.LogJson, settings.AccessLog);
    await using var server = await StartAsync(settings, loggerFactory);
    Greeting.Say(settings, server, loggerFactory.CreateLogger("Pwb.Host"));
    var running = server.RunUntilStoppedAsync(signals.Token);
    signals.Dispose();
    await running;
    return 0;
}
catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
{
    // The address is in use, or not ours to listen on; or the directory, or the working directory, is gone.
    Console.Error.WriteLine($"pwb: {LineFormatter.Escape(exception.Message)}");
    return 1;
}

static async Task<PwbServer> StartAsync(HostSettings settings, ILoggerFactory loggerFactory)
{
    var handler = HostHandler.Make(settings, loggerFactory);
    int last = settings.PortIsNamed ? settings.Port : settings.Port + MaxPorts - 1;
    for (int port = settings.Port; ; port++)
    {
        var server = new PwbServer(handler, (settings with { Port = port }).ToServerOptions(), loggerFactory);
        try
        {
            await server.StartAsync();
            return server;
        }
        catch (IOException exception) when (port < last && IsInUse(exception))
        {
            await server.DisposeAsync();
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }
}

static bool IsInUse(IOException exception) =>
    exception.InnerException is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse };
