using Microsoft.Extensions.Logging;
using Pwb.Host;

namespace Pwb.Tests.Host;

/// <summary>What of the log is wanted; that it delays nobody is tested with the whole host.</summary>
public sealed class ConsoleLoggingTests
{
    [Theory]
    [InlineData(LogLevel.Debug, LogLevel.Debug, LogLevel.Trace)]
    [InlineData(LogLevel.Information, LogLevel.Information, LogLevel.Debug)]
    [InlineData(LogLevel.Error, LogLevel.Error, LogLevel.Warning)]
    public void A_level_lets_itself_pass_and_none_below(object level, object passes, object stays)
    {
        using var factory = ConsoleLogging.CreateFactory((LogLevel)level);
        var logger = factory.CreateLogger("Pwb.Host");

        logger.IsEnabled((LogLevel)passes).Should().BeTrue();
        logger.IsEnabled(LogLevel.Critical).Should().BeTrue();
        logger.IsEnabled((LogLevel)stays).Should().BeFalse();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void With_level_none_nothing_passes(bool json)
    {
        using var factory = ConsoleLogging.CreateFactory(LogLevel.None, json);

        factory.CreateLogger("Pwb.Host").IsEnabled(LogLevel.Critical).Should().BeFalse();
    }
}
