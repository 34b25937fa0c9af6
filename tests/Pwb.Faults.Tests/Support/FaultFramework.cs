using Xunit.Abstractions;
using Xunit.Sdk;

// The scenarios measure: side by side they would measure each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: TestFramework("Pwb.Faults.Support.FaultFramework", "Pwb.Faults.Tests")]

namespace Pwb.Faults.Support;

/// <summary>xunit as it is. It alone is given the way to the console while tests run, and figures are to be seen there.</summary>
public sealed class FaultFramework : XunitTestFramework
{
    /// <summary>Called by the runner.</summary>
    public FaultFramework(IMessageSink messageSink)
        : base(messageSink) => Figures.Console = messageSink;
}
