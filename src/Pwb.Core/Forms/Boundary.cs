using System.Buffers;
using System.Text;
using Pwb.Http;

namespace Pwb.Forms;

/// <summary>The boundary between the parts of a form: RFC 2046 §5.1.1.</summary>
internal static class Boundary
{
    private const int MaxLength = 70;

    // bchars: a space may be among them, but not at the end.
    private static readonly SearchValues<byte> Allowed =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'()+_,-./:=? "u8);

    /// <summary>Reads the boundary of a Content-Type.</summary>
    /// <param name="contentType">The value of the field.</param>
    /// <returns>Null if it is not multipart/form-data.</returns>
    /// <exception cref="RequestRejectedException">The content has no boundary, two boundaries, or an invalid one.</exception>
    public static byte[]? Read(ReadOnlySpan<byte> contentType)
    {
        MediaType type = new(contentType);
        if (!Ascii.EqualsIgnoreCase(type.Name, "multipart/form-data"u8)) return null;

        int semicolon = contentType.IndexOf((byte)';');
        FieldParameters parameters = new(semicolon < 0 ? [] : contentType[semicolon..]);
        byte[]? boundary = null;
        while (parameters.MoveNext())
        {
            if (!parameters.Is("boundary"u8)) continue;
            if (boundary is not null) throw FormErrors.Malformed("The form has two boundaries.");
            boundary = parameters.Unescape();
        }

        bool isPossible = boundary is { Length: > 0 and <= MaxLength } and [.., not (byte)' '];
        if (parameters.IsMalformed || !isPossible || boundary.AsSpan().ContainsAnyExcept(Allowed))
            throw FormErrors.Malformed("The boundary of the form is missing or not valid.");
        return boundary;
    }
}
