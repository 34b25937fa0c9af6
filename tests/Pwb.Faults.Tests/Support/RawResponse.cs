using System.Globalization;
using System.Text;

namespace Pwb.Faults.Support;

/// <summary>A response as it was on the wire.</summary>
/// <param name="Head">From the status line to the empty line.</param>
/// <param name="Content">The content, as far as Content-Length goes.</param>
internal sealed record RawResponse(string Head, byte[] Content)
{
    private const string ContentLengthField = "\r\nContent-Length: ";

    public int StatusCode => int.Parse(Head.AsSpan("HTTP/1.1 ".Length, 3), NumberStyles.None, CultureInfo.InvariantCulture);

    public string Text => Encoding.UTF8.GetString(Content);

    public int ContentLength
    {
        get
        {
            int start = Head.IndexOf(ContentLengthField, StringComparison.Ordinal);
            if (start < 0) return 0;
            start += ContentLengthField.Length;
            return int.Parse(
                Head.AsSpan(start, Head.IndexOf('\r', start) - start), NumberStyles.None, CultureInfo.InvariantCulture);
        }
    }
}
