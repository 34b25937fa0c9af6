using System.Text;
using Pwb.Forms;
using Pwb.Http;

namespace Pwb;

/// <summary>
/// Reads forms. A bad form is answered without your code: a <see cref="RequestRejectedException"/> leaves the handler, and the
/// client gets 400 for a malformed form, 413 for one above the limits, 415 for content of another type.
/// </summary>
/// <example><code>FormFields form = await request.ReadFormAsync(cancellationToken: cancellationToken);</code></example>
public static class HttpRequestForms
{
    /// <summary>
    /// Reads the fields of a form, application/x-www-form-urlencoded or multipart/form-data, into memory. Files in it are
    /// dropped.
    /// </summary>
    /// <param name="request">The request. Its content can be read once.</param>
    /// <param name="limits">The limits; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the wait for content.</param>
    /// <exception cref="RequestRejectedException">
    /// It is malformed or incomplete (400), too large (413), or coded or no form (415). Let it pass.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A limit is out of its range.</exception>
    public static ValueTask<FormFields> ReadFormAsync(
        this HttpRequest request, FormLimits? limits = null, CancellationToken cancellationToken = default) =>
        ReadFormAsync(request, (_, _) => default, limits, cancellationToken);

    /// <summary>
    /// Reads the fields of a form into memory, and gives each file to a function as it comes. No file is ever held in memory.
    /// </summary>
    /// <param name="request">The request. Its content can be read once.</param>
    /// <param name="onFile">
    /// Reads a file's <see cref="FormPart.Body"/> before it returns; the rest of the file is dropped. It is also called for an
    /// empty file input, whose file name is empty.
    /// </param>
    /// <param name="limits">The limits; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the wait for content.</param>
    /// <exception cref="RequestRejectedException">
    /// It is malformed or incomplete (400), too large (413), or coded or no form (415). Let it pass.
    /// </exception>
    /// <exception cref="ArgumentNullException"><paramref name="onFile"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A limit is out of its range.</exception>
    public static async ValueTask<FormFields> ReadFormAsync(
        this HttpRequest request,
        Func<FormPart, CancellationToken, ValueTask> onFile,
        FormLimits? limits = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(onFile);
        limits ??= FormLimits.Default;
        limits.Validate();
        if (IsUrlEncoded(request))
        {
            HttpRequestReading.CheckCoding(request);
            byte[] content = await request.ReadBytesAsync(limits.MaxFieldsLength, cancellationToken).ConfigureAwait(false);
            return Parse(content, limits);
        }

        MultipartReader parts = request.ReadMultipart(limits);
        List<(string Name, string Value)> fields = [];
        long length = 0;
        while (await parts.ReadAsync(cancellationToken).ConfigureAwait(false) is { } part)
        {
            if (part.FileName is not null)
            {
                await onFile(part, cancellationToken).ConfigureAwait(false);
                continue;
            }

            string value = await part.ReadTextAsync(cancellationToken).ConfigureAwait(false);
            if (part.Name == "_charset_") parts.SetCharset(value);
            length += part.Name.Length + value.Length;
            if (length > limits.MaxFieldsLength) throw FormErrors.TooLarge("The fields of the form are too long together.");
            fields.Add((part.Name, value));
        }

        return new FormFields(fields);
    }

    /// <summary>Reads a multipart/form-data form part by part, in the order in which they were sent.</summary>
    /// <param name="request">The request. Its content can be read once.</param>
    /// <param name="limits">The limits; null for the defaults.</param>
    /// <exception cref="RequestRejectedException">
    /// The content is coded or is not multipart/form-data (415), or its boundary is missing or not valid (400). Let it pass.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A limit is out of its range.</exception>
    public static MultipartReader ReadMultipart(this HttpRequest request, FormLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        limits ??= FormLimits.Default;
        limits.Validate();
        request.Headers.TryGetValue("Content-Type"u8, out ReadOnlySpan<byte> contentType);
        byte[] boundary = Boundary.Read(contentType) ?? throw FormErrors.WrongType("The content is no form.");
        HttpRequestReading.CheckCoding(request);
        return new MultipartReader(request.Body, boundary, limits);
    }

    private static bool IsUrlEncoded(HttpRequest request) =>
        request.Headers.TryGetValue("Content-Type"u8, out ReadOnlySpan<byte> contentType)
        && Ascii.EqualsIgnoreCase(new MediaType(contentType).Name, "application/x-www-form-urlencoded"u8);

    private static FormFields Parse(ReadOnlySpan<byte> content, FormLimits limits)
    {
        List<(string Name, string Value)> fields = [];
        while (UrlEncoded.TryTake(ref content, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value))
        {
            if (fields.Count == limits.MaxParts) throw FormErrors.TooLarge("The form has too many fields.");
            (string Name, string Value) field = (UrlEncoded.Decode(name), UrlEncoded.Decode(value));
            FormErrors.CheckName(field.Name, limits);
            if (Encoding.UTF8.GetByteCount(field.Value) > limits.MaxValueLength) throw FormErrors.TooLongValue();
            fields.Add(field);
        }

        return new FormFields(fields);
    }
}
