using System.Text;
using Pwb.Forms;

namespace Pwb;

/// <summary>
/// A part of a multipart form: a field, or a file. Its content can be read once, and only until the next part is read.
/// </summary>
/// <example><code>
/// await using FileStream file = File.Create(Path.Combine(folder, Guid.NewGuid().ToString("N"))); // never part.FileName
/// await part.Body.CopyToAsync(file);
/// </code></example>
public sealed class FormPart
{
    private const int FirstAllocation = 4096;

    private readonly int _maxValueLength;
    private readonly Encoding _encoding;

    internal FormPart(PartHead head, Stream body, int maxValueLength, Encoding encoding)
    {
        Name = head.Name!;
        FileName = head.FileName;
        ContentType = head.ContentType;
        Body = body;
        _maxValueLength = maxValueLength;
        _encoding = encoding;
    }

    /// <summary>The name of the field.</summary>
    public string Name { get; }

    /// <summary>
    /// The file's name as the client says it, without folders; null if the part is a field. Empty for a file input that the user
    /// has left empty. It is text to be shown, not the name of a file to be written: it may be <c>CON</c>, <c>a:b</c>, or hold a
    /// line break.
    /// </summary>
    public string? FileName { get; }

    /// <summary>The media type that the client says it has; null if it does not. It may be wrong.</summary>
    public string? ContentType { get; }

    /// <summary>
    /// The content, straight from the connection. Reading throws <see cref="RequestRejectedException"/> when the form ends too
    /// early, and <see cref="InvalidOperationException"/> while another read of the form is under way.
    /// </summary>
    public Stream Body { get; }

    /// <summary>The content as text, in the charset of the part, or as UTF-8. Invalid bytes become U+FFFD.</summary>
    /// <param name="cancellationToken">Ends the wait for content.</param>
    /// <exception cref="RequestRejectedException">
    /// There is more than <see cref="FormLimits.MaxValueLength"/> (413), or the form is malformed (400).
    /// </exception>
    public async ValueTask<string> ReadTextAsync(CancellationToken cancellationToken = default)
    {
        byte[] content = new byte[Math.Min(FirstAllocation, _maxValueLength + 1)];
        int length = 0, read;
        while ((read = await Body.ReadAsync(content.AsMemory(length), cancellationToken).ConfigureAwait(false)) > 0)
        {
            length += read;
            if (length > _maxValueLength) throw FormErrors.TooLongValue();
            if (length == content.Length) Array.Resize(ref content, (int)Math.Min(2L * length, _maxValueLength + 1L));
        }

        return _encoding.GetString(content, 0, length);
    }
}
