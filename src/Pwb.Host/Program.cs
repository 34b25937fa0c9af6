using Pwb;
using Pwb.Host;

TolerantWriter.ReplaceStandardOutputs();
if (CommandLine.Parse(args, Console.Out, Console.Error, out int exitCode) is not { } settings)
    return exitCode;

using var signals = new StopSignals();
using var loggerFactory = ConsoleLogging.CreateFactory(settings.LogLevel);
await using var server = new PwbServer(new FixedResponseHandler(), settings.ToServerOptions(), loggerFactory);
using var endAtOnce = signals.End.Register(() => _ = server.StopAsync(signals.End));
try
{
    await server.RunAsync(signals.Drain);
    return 0;
}
catch (IOException exception) // the address is in use, or not ours to listen on
{
    Console.Error.WriteLine($"pwb: {LineFormatter.Escape(exception.Message)}");
    return 1;
}
