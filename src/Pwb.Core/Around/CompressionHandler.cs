using System.IO.Compression;
using System.Text;
using Pwb.Around;
using Pwb.Handlers;
using Pwb.Http;
using Pwb.Model;
using Pwb.Protocol;

namespace Pwb;

/// <summary>
/// Compresses the inner handler's responses as they are sent, by Brotli or gzip, as the client prefers (RFC 9110 §12.5.3).
/// A flush passes through, so that events arrive at once. For files, neighbours that are compressed once are better: see
/// <see cref="StaticFileHandler"/>, whose coded responses stay as they are.
/// </summary>
/// <remarks>
/// Content that holds a secret beside text of a client's choice must not be compressed over TLS: its length tells the secret, bit
/// by bit (BREACH). Such a response says <c>Cache-Control: no-transform</c>, or stands outside of this handler.
/// </remarks>
/// <example><code>IRequestHandler handler = new CompressionHandler(inner);</code></example>
public sealed class CompressionHandler : IRequestHandler, IBorrowingHandler
{
    private const ContentCoding Available = ContentCoding.Brotli | ContentCoding.Gzip;

    private static readonly string[] Types =
    [
        "application/javascript", "application/json", "application/manifest+json", "application/wasm", "application/x-ndjson",
        "application/xhtml+xml", "application/xml", "font/otf", "font/ttf", "image/bmp", "image/svg+xml", "image/x-icon",
    ];

    // These fields describe the uncompressed bytes, which must not change then.
    private static readonly string[] Digests = ["Content-Digest", "Content-MD5", "Digest", "Repr-Digest", "Signature"];

    private readonly IRequestHandler _inner;
    private readonly int _minLength;
    private readonly CompressionLevel _level;

    /// <summary>Makes the handler.</summary>
    /// <param name="inner">The handler whose responses are compressed.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <exception cref="ArgumentException">The least length is negative, or the level is not defined.</exception>
    public CompressionHandler(IRequestHandler inner, CompressionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(inner);
        options ??= new CompressionOptions();
        if (options.MinLength < 0) throw new ArgumentException("The least length is negative.", nameof(options));
        if (!Enum.IsDefined(options.Level)) throw new ArgumentException("There is no such level.", nameof(options));
        _inner = inner;
        _minLength = options.MinLength;
        _level = options.Level;
    }

    /// <summary>The value of the inner handler. A compressed body writes itself, on the thread pool.</summary>
    public bool NeverBlocks => _inner.NeverBlocks;

    /// <inheritdoc/>
    bool IBorrowingHandler.Borrows => Inner.Borrows(_inner);

    /// <inheritdoc/>
    public async ValueTask<HttpResponse> HandleAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ContentCoding coding = Choose(request);
        string? known = request.Headers["If-None-Match"];
        HttpResponse response = await Inner.RespondAsync(_inner, request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == 304) return NotModified(response, known);
        if (!IsCandidate(response)) return response;

        response = response.WithVary("Accept-Encoding"u8);
        return coding == ContentCoding.Identity ? response : Code(response, coding);
    }

    private static ContentCoding Choose(HttpRequest request)
    {
        SelectionFields fields = new(request.Headers);
        return ContentCodings.Choose(fields.AcceptEncoding, fields.HasAcceptEncoding, Available);
    }

    // A client that has the compressed form has the weak tag. It must not learn the strong one: parts of the other form would
    // then fit.
    private static HttpResponse NotModified(HttpResponse response, string? known)
    {
        string? entityTag = response.Headers["ETag"];
        bool isCoded = entityTag is ['"', ..] && known is not null && known.Contains("W/" + entityTag, StringComparison.Ordinal);
        return (isCoded ? response.With("ETag", "W/" + entityTag) : response).WithVary("Accept-Encoding"u8);
    }

    private static bool IsCompressible(HttpResponse response)
    {
        if (!response.Headers.TryGetValue("Content-Type"u8, out ReadOnlySpan<byte> contentType)) return false;
        MediaType type = new(contentType);
        if (type.Name.Length > 5 && Ascii.EqualsIgnoreCase(type.Name[..5], "text/"u8)) return true;
        if (type.IsJson) return true;
        string name = Encoding.ASCII.GetString(type.Name);
        return name.EndsWith("+xml", StringComparison.OrdinalIgnoreCase)
            || Types.Contains(name, StringComparer.OrdinalIgnoreCase);
    }

    private static bool IsNotToBeTransformed(HttpResponse response)
    {
        if (response.Headers["Cache-Control"] is not { } value) return false;
        foreach (ReadOnlySpan<byte> directive in new FieldList(Encoding.Latin1.GetBytes(value)))
        {
            if (Ascii.EqualsIgnoreCase(directive, "no-transform"u8)) return true; // RFC 9110 §7.7
        }

        return false;
    }

    private bool IsCandidate(HttpResponse response)
    {
        if (response.StatusCode is < 200 or 204 or 205 or 206 or 416 || response.ContentLength < _minLength) return false;
        if (response.Headers["Content-Encoding"] is not null || response.Headers["Content-Range"] is not null) return false;
        if (Array.Exists(Digests, name => response.Headers[name] is not null)) return false;
        return IsCompressible(response) && !IsNotToBeTransformed(response);
    }

    private HttpResponse Code(HttpResponse response, ContentCoding coding)
    {
        List<(string Name, string Value)> lines = response.Lines();

        // A compressed response has no ranges.
        lines.RemoveAll(line => line.Name.Equals("Accept-Ranges", StringComparison.OrdinalIgnoreCase));
        int tag = lines.FindIndex(line => line.Name.Equals("ETag", StringComparison.OrdinalIgnoreCase));

        // RFC 9110 §8.8.3.3: two codings never share a strong tag. A weak tag still detects unchanged content.
        if (tag >= 0 && lines[tag].Value is ['"', ..]) lines[tag] = ("ETag", "W/" + lines[tag].Value);
        lines.Add(("Content-Encoding", coding.Name()));
        ResponseBody body = ResponseBody.Wrap(response.Body, output => Compress(output, coding));
        return new HttpResponse(response.StatusCode, body, [.. lines]);
    }

    private Stream Compress(Stream output, ContentCoding coding) => coding == ContentCoding.Brotli
        ? new BrotliStream(output, _level, leaveOpen: true)
        : new GZipStream(output, _level, leaveOpen: true);
}
