using System.Text;
using Pwb.Forms;
using Pwb.Http;

namespace Pwb;

/// <summary>
/// Reads the parts of a multipart form one after another, as they come: <see cref="HttpRequestForms.ReadMultipart"/> makes one.
/// </summary>
/// <example>
/// <code>
/// MultipartReader parts = request.ReadMultipart();
/// while (await parts.ReadAsync(cancellationToken) is { } part)
/// {
///     if (part.FileName is not null) await SaveAsync(part.Body, cancellationToken);
/// }
/// </code>
/// </example>
public sealed class MultipartReader
{
    private readonly MultipartSource _source;
    private readonly FormLimits _limits;
    private Encoding _encoding = Encoding.UTF8;

    internal MultipartReader(Stream content, ReadOnlySpan<byte> boundary, FormLimits limits)
    {
        _source = new MultipartSource(content, boundary, limits);
        _limits = limits;
    }

    /// <summary>Reads the head of the next part. Unread content of the last part is dropped.</summary>
    /// <param name="cancellationToken">Ends the wait for content.</param>
    /// <returns>The part; null at the end of the form.</returns>
    /// <exception cref="RequestRejectedException">
    /// The form is malformed or ends too early (400), or has more than its limits allow (413). Let it pass.
    /// </exception>
    /// <exception cref="InvalidOperationException">Another read of the form or of one of its parts is under way.</exception>
    public async ValueTask<FormPart?> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (await _source.ReadHeadAsync(cancellationToken).ConfigureAwait(false) is not { } head) return null;

        Encoding encoding = head.Charset is null ? _encoding : EncodingOf(head.Charset);
        return new FormPart(head, new PartStream(_source), _limits.MaxValueLength, encoding);
    }

    /// <summary>
    /// Takes the value of <c>_charset_</c>, which is the charset of the fields behind it that name none: RFC 7578 §4.6.
    /// </summary>
    internal void SetCharset(string charset) => _encoding = EncodingOf(Encoding.UTF8.GetBytes(charset));

    private static Encoding EncodingOf(ReadOnlySpan<byte> charset) =>
        Charsets.Find(charset)
        ?? throw FormErrors.WrongType("The charset of a field is not one of UTF-8, UTF-16, ISO-8859-1 and US-ASCII.");
}
