namespace Pwb;

/// <summary>
/// The received requests are not the expected ones; the message lists them. Every test framework shows the exception as a failed
/// test.
/// </summary>
public sealed class FakeServiceException : Exception
{
    /// <summary>Makes one with the message of its type.</summary>
    public FakeServiceException()
    {
    }

    /// <summary>Makes one.</summary>
    /// <param name="message">The expected and the received requests.</param>
    public FakeServiceException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one.</summary>
    /// <param name="message">The expected and the received requests.</param>
    /// <param name="innerException">Why.</param>
    public FakeServiceException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
