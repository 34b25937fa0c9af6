namespace Pwb.Kestrel.Tests;

/// <summary>
/// Where PWB accepts what Kestrel's parser refuses. There is one case, and it is not about framing: a recipient treats an
/// unknown minor version as the highest that it knows (rule R3, RFC 9110 §2.5), while Kestrel answers it 505.
/// </summary>
internal static class LaxerRules
{
    public static bool Covers(ReadOnlySpan<byte> input)
    {
        int end = input.IndexOf("\r\n"u8) is 0 ? 2 + input[2..].IndexOf("\r\n"u8) : input.IndexOf("\r\n"u8);
        return end > 3 && input[..end][^3..] is [(byte)'1', (byte)'.', >= (byte)'2' and <= (byte)'9'];
    }
}
