using System.Net;

namespace Pwb.Hosting;

/// <summary>
/// Reads where to listen: a list of places, each a text such as <c>localhost:8080</c>, or an object with the place as its
/// <c>Listen</c> beside the files of its certificate.
/// </summary>
internal static class EndPointSettings
{
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
        Setting? modeKey = null;
        TlsSettings tls = new(setting);
        IReadOnlyList<IPNetwork>? proxies = null;
        foreach (Setting part in setting.Children())
        {
            switch (part.Name)
            {
                case "LISTEN": place = part; break;
                case "SOCKETMODE": modeKey = part; break;
                case "PROXYPROTOCOLFROM": proxies = NetworksOf(part); break;
                default:
                    if (!tls.TryRead(part))
                    {
                        part.Fail(0, "is no part of an end point, which has Listen, Certificate, Key, Password, "
                            + "ClientCertificates, ClientCertificateAuthorities, SocketMode and ProxyProtocolFrom");
                    }

                    break;
            }
        }

        IReadOnlyList<ServerEndPoint> places = PlacesOf(place, tls.Load());
        UnixFileMode? mode = modeKey is { } key ? ModeOf(key, place) : null;
        return [.. places.Select(one => one with { SocketMode = mode ?? one.SocketMode, ProxyProtocolFrom = proxies })];
    }

    // Elsewhere it would restrict nobody.
    private static UnixFileMode ModeOf(Setting setting, Setting place)
    {
        string text = place.Value ?? "";
        bool isFile = text.StartsWith("unix:", StringComparison.Ordinal) && !text.StartsWith("unix:@", StringComparison.Ordinal);
        if (!isFile)
            return setting.Fail(UnixFileMode.None, "is for the file of a Unix domain socket, such as unix:/run/my-app/http.sock");
        return setting.Value is { Length: 3 } digits && digits.All(digit => digit is >= '0' and <= '7')
            ? (UnixFileMode)Convert.ToInt32(digits, fromBase: 8)
            : setting.Fail(UnixFileMode.None, "is no mode, which has three octal digits, such as 660");
    }

    // Null where one is wrong: an end point takes no list of all the world, nor an empty one.
    private static List<IPNetwork>? NetworksOf(Setting list)
    {
        List<IPNetwork> networks = [];
        bool isRight = true;
        foreach (Setting one in list.Children())
        {
            string text = one.Text();
            bool isWhole = !text.Contains('/', StringComparison.Ordinal);
            string length = isWhole ? text.Contains(':', StringComparison.Ordinal) ? "/128" : "/32" : "";
            if (IPNetwork.TryParse(text + length, out IPNetwork network) && network.PrefixLength > 0) networks.Add(network);
            else isRight = one.Fail(false, "is no network such as 10.0.0.1 or 10.0.0.0/24, or it is all the world");
        }

        if (networks.Count == 0 && isRight)
            return list.Fail<List<IPNetwork>?>(null, "is no list of proxies: its first member is the key with :0");
        return isRight ? networks : null;
    }

    private static IReadOnlyList<ServerEndPoint> PlacesOf(Setting setting, TlsOptions? tls)
    {
        try
        {
            return ServerEndPoint.Parse(setting.Value ?? "", tls) is { Count: > 0 } places
                ? places
                : setting.Fail<ServerEndPoint[]>([], "are the sockets of a supervisor, which has given none");
        }
        catch (Exception exception)
            when (exception is FormatException or ArgumentException or IOException or PlatformNotSupportedException)
        {
            return setting.Fail<ServerEndPoint[]>(
                [], "is no place to listen, such as localhost:8080, any:8443, 192.0.2.7:80, [::1]:80 or unix:/run/app.sock");
        }
    }
}
