using System.Globalization;
using System.Net;
using System.Text;

namespace Pwb.Fuzz.Fields;

/// <summary>
/// Values of Forwarded, X-Forwarded-* and Authorization that are made from pieces, each read by the
/// handler for it and compared with
/// <see cref="FieldReference"/>.
/// </summary>
internal static class FieldFuzzer
{
    private static readonly string[] Nodes =
    [
        "203.0.113.9", "10.0.0.1", "10.1.2.3:80", "6.6.6.6", "unknown", "_hidden", "[2001:db8::1]", "[2001:db8::1]:4711",
        "2001:db8::1", "::ffff:10.0.0.2", "127.1", "010.0.0.1", "0x0a.0.0.1", "1",
        "[10.0.0.1]", "[", "]", ":80", ":", "256.0.0.1", "", "http", "HTTPS", "javascript",
    ];

    private static readonly string[] Signs = [
        ",", ", ", ";", "; ", "=", "\"", "\\", "\\\"", " ", "\t", "for=", "For=\"", "proto=", "Proto=https", "host=a", "by=b",
        "x=y", "\"\"", "a"];

    private static readonly string[] CredentialPieces =
        ["Basic ", "basic", "BASIC  ", "Bearer ", "bearer", "Digest ", "YW5uOnMzY3JldA==", "YTpi", "YTo=", "Og==", "w7w6w7w=",
            "/zo=", "AGE6Yg==", "YQ==", "YW5uOnM", "=", " ", "\t", "token-68._~+/", ",", "a", "!"];

    private static readonly IPNetwork[] Proxies = [IPNetwork.Parse("10.0.0.0/8")];

    /// <returns>The finding; null if all is as it should be.</returns>
    public static async Task<string?> RunAsync(long seed, long iteration)
    {
        FuzzRandom random = new(seed, iteration ^ 0x5EED);
        string forwarded = Forwarded(random), nodes = List(random), schemes = List(random),
            credentials = Join(random, CredentialPieces, 5);
        return await CompareAsync(ForwardedFields.Forwarded, FieldReference.Forwarded(forwarded), ("Forwarded", forwarded))
            ?? await CompareAsync(
                ForwardedFields.XForwarded, FieldReference.XForwarded(nodes, schemes), ("X-Forwarded-For", nodes),
                ("X-Forwarded-Proto", schemes))
            ?? await CompareCredentialsAsync(credentials);

        async Task<string?> CompareAsync(ForwardedFields fields, string expected, params (string Name, string Value)[] lines)
        {
            HttpRequest request = new(
                "GET", "/", null,
                lines)
            {
                Connection =
                    new HttpConnectionInfo { RemoteEndPoint = new IPEndPoint(IPAddress.Parse("10.0.0.9"), 1) }
            };
            await new ForwardedHandler(Proxies, new FixedResponseHandler(), fields).HandleAsync(request, CancellationToken.None);
            ForwardedRequest known = ForwardedRequest.Of(request);
            return Finding(expected, $"{known.Client} {known.Scheme}", lines);
        }

        async Task<string?> CompareCredentialsAsync(string value)
        {
            (string, string) line = ("Authorization", value);
            string? basic = null, bearer = null;
            await new BasicAuthenticationHandler(
                "r", (user, password, _) => Seen(basic = $"{user}\n{password}"), new FixedResponseHandler())
                .HandleAsync(new HttpRequest("GET", "/", null, line), CancellationToken.None);
            await new BearerAuthenticationHandler(
                "r", (token, _) => new ValueTask<string?>(bearer = token), new FixedResponseHandler())
                .HandleAsync(new HttpRequest("GET", "/", null, line), CancellationToken.None);
            return Finding(FieldReference.Basic(value), basic ?? "", line)
                ?? Finding(FieldReference.Bearer(value), bearer ?? "", line);
        }

        string? Finding(string expected, string actual, params (string Name, string Value)[] lines) =>
            expected == actual ? null : string.Create(
                CultureInfo.InvariantCulture,
                $"FINDING fields (--seed {seed} --start {iteration} --iterations 1)\n"
                    + $"  {Show(string.Join('\n', lines))}\n  expected {Show(expected)}\n  actual   {Show(actual)}");
    }

    private static ValueTask<bool> Seen(string text) => new(text.Length > 0);

    private static string Show(string text) => Escaped.Text(Encoding.UTF8.GetBytes(text));

    private static string Forwarded(FuzzRandom random)
    {
        StringBuilder text = new();
        for (int i = random.Below(5); i > 0; i--)
            text.Append(random.Pick<string>(["for=", "For=", "proto=", "for=\"", "x="])).Append(random.Pick(Nodes)).Append(
                random.Pick<string>([";", ",", ", ", "\"", "\";", "\", ", ""]));
        for (int i = random.Below(4); i > 0; i--)
            text.Insert(random.Below(text.Length + 1), random.Pick(random.OneIn(2) ? Signs : Nodes));
        return text.ToString().Trim(' ', '\t');
    }

    private static string List(FuzzRandom random)
    {
        StringBuilder text = new();
        for (int i = random.Below(5); i > 0; i--)
            text.Append(random.Pick(Nodes)).Append(random.Pick<string>([",", ", ", " ,", "", " "]));
        return text.ToString().Trim(' ', '\t');
    }

    private static string Join(FuzzRandom random, string[] pieces, int most)
    {
        StringBuilder text = new();
        for (int i = random.Below(most); i > 0; i--) text.Append(random.Pick(pieces));
        return text.ToString().Trim(' ', '\t');
    }
}
