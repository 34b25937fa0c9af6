using Pwb;
using Pwb.Host;

TolerantWriter.ReplaceStandardOutputs();
if (CommandLine.Parse(args, Environment.GetEnvironmentVariable, Console.Out, Console.Error, out int exitCode) is not { } settings)
    return exitCode;

using var signals = new StopSignals();
using var loggerFactory = ConsoleLogging.CreateFactory(settings.LogLevel, settings.LogJson, settings.AccessLog);
try
{
    await using var server = new PwbServer(settings.ToHandler(), settings.ToServerOptions(), loggerFactory);
    await server.StartAsync();
    Greeting.Say(settings, server, loggerFactory.CreateLogger("Pwb.Host"));
    await signals.FirstAsync();
    await server.StopAsync(signals.End); // the second signal ends the patience with requests in flight
    return 0;
}
catch (IOException exception) // the address is in use, or not ours to listen on; the directory has just gone
{
    Console.Error.WriteLine($"pwb: {LineFormatter.Escape(exception.Message)}");
    return 1;
}
