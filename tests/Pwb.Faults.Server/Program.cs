using Microsoft.Extensions.Logging;
using Pwb;
using Pwb.Faults.Server;
using Pwb.Host;

// The host's life, with handlers that misbehave. Its first line on standard output is "port <number>", whatever the log level is.
TolerantWriter.ReplaceStandardOutputs();
FaultOptions options = FaultOptions.Parse(args);
if (options.Denied is { } call) Sandbox.Deny(call);
using var signals = new StopSignals();
using ILoggerFactory loggerFactory = options.Log switch
{
    FaultyLog.None => ConsoleLogging.CreateFactory(options.LogLevel),
    _ => new FaultyLoggerFactory(options.Log),
};
await using var server = new PwbServer(new FaultHandler(), options.ToServerOptions(), loggerFactory);
await server.StartAsync();
Console.WriteLine($"port {server.EndPoint.Port}");
using TcpPassage? passage = options.Passage;
if (passage is not null) Console.WriteLine($"passage {passage.Port}");
Task running = server.RunUntilStoppedAsync(signals.Token);
signals.Dispose();
await running;
return 0;
