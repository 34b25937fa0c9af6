using Pwb.Protocol;

namespace Pwb.Model;

/// <summary>Checks the field lines of a response one by one, and notes the presence of the required ones.</summary>
internal struct FieldCheck(int statusCode)
{
    private readonly string? _demanded = FieldDemandedBy(statusCode);
    private bool _hasDemanded;

    public bool HasContentType { readonly get; private set; }

    public bool HasServer { readonly get; private set; }

    public bool HasUpgrade { readonly get; private set; }

    /// <summary>Whether the content is an event stream.</summary>
    public bool IsEventStream { readonly get; private set; }

    /// <exception cref="ArgumentException">The line is not valid, or the second Content-Type.</exception>
    public void Add(string name, string value)
    {
        ResponseHead.CheckField(name, value);
        if (_demanded is not null) _hasDemanded |= Is(name, _demanded) || IsMultipartRange(name, value);
        HasServer |= Is(name, "Server");
        HasUpgrade |= Is(name, "Upgrade");
        if (!Is(name, "Content-Type")) return;

        if (HasContentType) throw Invalid("A response has one Content-Type (RFC 9110 §8.3).");
        HasContentType = true;
        IsEventStream = value.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase);
    }

    /// <exception cref="ArgumentException">The field that the status requires is missing.</exception>
    public readonly void CheckDemanded()
    {
        if (_demanded is not null && !_hasDemanded)
            throw Invalid($"A {statusCode} response has a field {_demanded} (RFC 9110 §15).");
    }

    // By the name that the parameter has in the constructors and factories of HttpResponse.
    private static ArgumentException Invalid(string message, string parameter = "headers") => new(message, parameter);

    private static string? FieldDemandedBy(int statusCode) => statusCode switch
    {
        206 => "Content-Range", // RFC 9110 §15.3.7.1
        401 => "WWW-Authenticate", // §15.5.2
        405 => "Allow", // §15.5.6
        407 => "Proxy-Authenticate", // §15.5.8
        426 => "Upgrade", // §15.5.22
        _ => null,
    };

    private static bool Is(string name, string other) => string.Equals(name, other, StringComparison.OrdinalIgnoreCase);

    // RFC 9110 §15.3.7.2: each of several parts has its own Content-Range.
    private readonly bool IsMultipartRange(string name, string value) =>
        statusCode == 206 && Is(name, "Content-Type")
            && value.StartsWith("multipart/byteranges", StringComparison.OrdinalIgnoreCase);
}
