using Microsoft.Extensions.Logging;
using Pwb;
using Pwb.Faults.Server;
using Pwb.Host;

// The host's life, with handlers that misbehave. Its first line on standard output is "port <number>", whatever the log level is.
TolerantWriter.ReplaceStandardOutputs();
FaultOptions options = FaultOptions.Parse(args);
using var signals = new StopSignals();
using ILoggerFactory loggerFactory = options.Log switch
{
    FaultyLog.None => ConsoleLogging.CreateFactory(options.LogLevel),
    _ => new FaultyLoggerFactory(options.Log),
};
await using var server = new PwbServer(new FaultHandler(), options.ToServerOptions(), loggerFactory);
using var endAtOnce = signals.End.Register(() => _ = server.StopAsync(signals.End));
await server.StartAsync();
Console.WriteLine($"port {server.EndPoint.Port}");

var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
using var drain = signals.Drain.Register(() => stopped.SetResult());
await stopped.Task;
await server.StopAsync();
return 0;
