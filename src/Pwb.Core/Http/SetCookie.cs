using System.Buffers;
using System.Globalization;
using System.Text;
using Pwb.Protocol;

namespace Pwb;

/// <summary>
/// A cookie for a client to keep, for <see cref="HttpResponse.WithCookie"/>. Checked and rendered when it is made. By default it
/// is for all of this host's paths, hidden from scripts, not sent with requests that other sites make, and forgotten when the
/// browser is closed.
/// </summary>
/// <example><code>response.WithCookie(new SetCookie("__Host-session", id, secure: true))</code></example>
public sealed class SetCookie
{
    // RFC 6265bis §5.6: browsers drop a cookie whose name and value have more, and attributes that have more.
    private const int MaxLength = 4096;
    private const int MaxAttributeLength = 1024;

    // RFC 1035 §2.3.4, without the dot at its end.
    private const int MaxDomainLength = 253;

    // cookie-octet of RFC 6265bis §4.1.1: visible ASCII without quotes, comma, semicolon and backslash.
    private static readonly SearchValues<char> Octets =
        SearchValues.Create("!#$%&'()*+-./0123456789:<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    private static readonly SearchValues<char> DomainCharacters =
        SearchValues.Create("-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private readonly string _text;

    /// <summary>Makes a cookie.</summary>
    /// <param name="name">
    /// The name, a token. The prefix <c>__Host-</c> binds a cookie to this host, and <c>__Secure-</c> to https. Browsers accept
    /// such cookies from allowed senders only.
    /// </param>
    /// <param name="value">
    /// The value: visible ASCII without quotes, comma, semicolon and backslash. Encode anything else, as Base64, say.
    /// </param>
    /// <param name="path">The path at and below which it is sent. Default "/".</param>
    /// <param name="domain">The domain, with all below it, to whose hosts it is sent. Default: this host alone.</param>
    /// <param name="maxAge">
    /// The time that the cookie is kept, in whole seconds; zero deletes it. Browsers keep no cookie for more than 400 days.
    /// Default: until the browser is closed.
    /// </param>
    /// <param name="sameSite">Which requests of other sites it is sent with. Default: those by which the user comes here.</param>
    /// <param name="httpOnly">Whether it is hidden from scripts. Default true.</param>
    /// <param name="secure">Whether it is sent over https only. Default false; true for everything that is served by TLS.</param>
    /// <exception cref="ArgumentException">
    /// The name is not a token. A value, path or domain holds a forbidden character. Name and value have more than 4,096
    /// characters. A <c>__Host-</c> cookie is not secure, has a domain or another path than "/". A <c>__Secure-</c> cookie, or
    /// one with <see cref="SameSite.None"/>, is not secure.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="maxAge"/> is negative, or <paramref name="sameSite"/> is not defined.
    /// </exception>
    public SetCookie(
        string name,
        string value,
        string path = "/",
        string? domain = null,
        TimeSpan? maxAge = null,
        SameSite sameSite = SameSite.Lax,
        bool httpOnly = true,
        bool secure = false)
    {
        CheckName(name);
        CheckValue(value);
        if (name.Length + value.Length > MaxLength)
            throw new ArgumentException($"Name and value have more than {MaxLength} characters together.", nameof(value));
        if (!IsPath(path))
            throw new ArgumentException("The path of a cookie begins with a slash, in visible ASCII.", nameof(path));
        if (domain is not null && !IsDomain(domain))
            throw new ArgumentException($"'{domain}' is not the domain of a cookie, such as example.com.", nameof(domain));
        if (maxAge < TimeSpan.Zero) throw new ArgumentOutOfRangeException(nameof(maxAge), maxAge, "An age is not negative.");
        if (!Enum.IsDefined(sameSite)) throw new ArgumentOutOfRangeException(nameof(sameSite), sameSite, "Lax, Strict or None.");
        CheckSecure(name, path, domain, sameSite, secure);

        Name = name;
        Value = value;
        StringBuilder text = new StringBuilder(name).Append('=').Append(value).Append("; Path=").Append(path);
        if (domain is not null) text.Append("; Domain=").Append(domain);
        if (maxAge is { } age) text.Append(CultureInfo.InvariantCulture, $"; Max-Age={(long)age.TotalSeconds}");
        if (secure) text.Append("; Secure");
        if (httpOnly) text.Append("; HttpOnly");
        string site = sameSite switch { SameSite.Lax => "Lax", SameSite.Strict => "Strict", _ => "None" };
        _text = text.Append("; SameSite=").Append(site).ToString();
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The value.</summary>
    public string Value { get; }

    /// <summary>The value of its Set-Cookie line.</summary>
    public override string ToString() => _text;

    private static void CheckName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!Ascii.IsValid(name) || !Grammar.IsToken(Encoding.ASCII.GetBytes(name)))
            throw new ArgumentException($"'{name}' is not the name of a cookie: a token.", nameof(name));
    }

    private static void CheckValue(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.AsSpan().ContainsAnyExcept(Octets))
            throw new ArgumentException("A value is visible ASCII without quotes, comma, semicolon, backslash.", nameof(value));
    }

    // Browsers compare the prefixes without case, and drop a cookie that breaks their rules: RFC 6265bis §4.1.3.
    private static void CheckSecure(string name, string path, string? domain, SameSite sameSite, bool secure)
    {
        bool isHost = name.StartsWith("__Host-", StringComparison.OrdinalIgnoreCase);
        bool isSecure = isHost || name.StartsWith("__Secure-", StringComparison.OrdinalIgnoreCase);
        if (isSecure && !secure) throw new ArgumentException($"Browsers drop {name} unless it is secure.", nameof(secure));
        if (isHost && path != "/") throw new ArgumentException($"Browsers drop {name} unless its path is /.", nameof(path));
        if (isHost && domain is not null)
            throw new ArgumentException($"Browsers drop {name} if it has a domain.", nameof(domain));
        if (sameSite == SameSite.None && !secure)
            throw new ArgumentException("Browsers drop a cookie with SameSite=None unless it is secure.", nameof(secure));
    }

    private static bool IsPath(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        bool isText = !path.AsSpan().ContainsAnyExceptInRange(' ', '~') && !path.Contains(';', StringComparison.Ordinal);
        return path is ['/', ..] && path.Length <= MaxAttributeLength && isText;
    }

    private static bool IsDomain(string domain) =>
        domain.Length is > 0 and <= MaxDomainLength
        && !domain.AsSpan().ContainsAnyExcept(DomainCharacters)
        && domain[0] != '.'
        && domain[^1] != '.';
}
