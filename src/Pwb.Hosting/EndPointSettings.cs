using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Pwb.Hosting;

/// <summary>
/// Reads where to listen: a list of places, each a text such as <c>localhost:8080</c>, or an object with the place as its
/// <c>Listen</c> beside the files of its certificate.
/// </summary>
internal static class EndPointSettings
{
    private const string Unix = "unix:", Pipe = "pipe:", Descriptor = "fd:", Activated = "activated";

    /// <summary>The end points; null without a list.</summary>
    public static IReadOnlyList<ServerEndPoint>? Read(Setting list)
    {
        if (!string.IsNullOrEmpty(list.Value))
            return list.Fail<ServerEndPoint[]?>(null, "is no list: its first member is the key with :0");
        List<ServerEndPoint> endPoints = [];
        bool isList = list.Value is not null; // an empty one
        foreach (Setting one in list.Children())
        {
            isList = true;
            endPoints.AddRange(ReadOne(one));
        }

        return isList ? endPoints : null;
    }

    private static IReadOnlyList<ServerEndPoint> ReadOne(Setting setting)
    {
        Setting place = setting;
        string? certificate = null, key = null, password = null;
        foreach (Setting part in setting.Children())
        {
            switch (part.Name)
            {
                case "LISTEN": place = part; break;
                case "CERTIFICATE": certificate = part.Text(); break;
                case "KEY": key = part.Text(); break;
                case "PASSWORD": password = part.Text(); break;
                default: part.Fail(0, "is no part of an end point, which has Listen, Certificate, Key and Password"); break;
            }
        }

        if (certificate is null && (key ?? password) is not null) setting.Fail(0, "has no Certificate");
        TlsOptions? tls = string.IsNullOrEmpty(certificate) ? null : Load(setting, certificate, key, password);
        return PlacesOf(place, tls) ?? place.Fail<ServerEndPoint[]>(
            [], "is no place to listen, such as localhost:8080, any:8443, 192.0.2.7:80, [::1]:80 or unix:/run/app.sock");
    }

    private static TlsOptions? Load(Setting setting, string certificate, string? key, string? password)
    {
        try
        {
            bool isPfx = key is null && Path.GetExtension(certificate).ToUpperInvariant() is ".PFX" or ".P12";
            return new TlsOptions(isPfx
                ? ServerCertificate.FromPfx(certificate, password)
                : ServerCertificate.FromPem(certificate, key, password));
        }
        catch (Exception exception) when (exception is ArgumentException or IOException or CryptographicException)
        {
            return setting.Fail<TlsOptions?>(null, $"has a certificate that cannot be used: {exception.Message.TrimEnd('.')}");
        }
    }

    private static IReadOnlyList<ServerEndPoint>? PlacesOf(Setting setting, TlsOptions? tls)
    {
        string text = setting.Value ?? "";
        if (IsKind(text, Unix) || IsKind(text, Pipe) || IsKind(text, Descriptor) || text == Activated)
            return NamedOf(setting, text, tls);

        int colon = text.LastIndexOf(':');
        if (colon <= 0) return null;
        if (!WholeNumber.TryParse(text.AsSpan(colon + 1), out ushort port)) return null;
        string host = text[..colon];
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase)) return ServerEndPoint.Loopback(port, tls);
        if (host.Equals("any", StringComparison.OrdinalIgnoreCase)) return ServerEndPoint.Any(port, tls);

        if (host is ['[', .. string inner, ']'])
        {
            return IPAddress.TryParse(inner, out IPAddress? six) && six.AddressFamily == AddressFamily.InterNetworkV6
                ? [At(six)]
                : null;
        }

        // .NET accepts 127.1 as an address. Only the full form is allowed, since the log shows that one.
        return IPAddress.TryParse(host, out IPAddress? four)
            && four.AddressFamily == AddressFamily.InterNetwork
            && four.ToString() == host
            ? [At(four)]
            : null;

        ServerEndPoint At(IPAddress address) => new(new IPEndPoint(address, port)) { Tls = tls };
    }

    private static bool IsKind(string text, string kind) => text.StartsWith(kind, StringComparison.Ordinal);

    private static ServerEndPoint[]? NamedOf(Setting setting, string text, TlsOptions? tls)
    {
        try
        {
            if (text == Activated)
            {
                return ServerEndPoint.Activated() is { Count: > 0 } sockets
                    ? [.. sockets.Select(one => one with { Tls = tls })]
                    : setting.Fail<ServerEndPoint[]>([], "are the sockets of a supervisor, which has given none");
            }

            string name = text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..];
            if (IsKind(text, Pipe)) return [ServerEndPoint.NamedPipe(name) with { Tls = tls }];
            if (IsKind(text, Unix)) return [ServerEndPoint.Unix(name is ['@', ..] ? '\0' + name[1..] : name) with { Tls = tls }];
            return WholeNumber.TryParse(name, out int descriptor)
                ? [ServerEndPoint.Inherited(descriptor) with { Tls = tls }]
                : null;
        }
        catch (Exception exception) when (exception is ArgumentException or IOException or PlatformNotSupportedException)
        {
            return null; // empty, too long, or no socket that listens
        }
    }
}
