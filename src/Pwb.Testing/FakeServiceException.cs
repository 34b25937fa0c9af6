namespace Pwb;

/// <summary>
/// The requests that came are not those that the test expects; the message lists what came instead. Every test framework shows it
/// as a failed test.
/// </summary>
public sealed class FakeServiceException : Exception
{
    /// <summary>Makes one with the message of its type.</summary>
    public FakeServiceException()
    {
    }

    /// <summary>Makes one.</summary>
    /// <param name="message">What was expected, and what came.</param>
    public FakeServiceException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one.</summary>
    /// <param name="message">What was expected, and what came.</param>
    /// <param name="innerException">Why.</param>
    public FakeServiceException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
