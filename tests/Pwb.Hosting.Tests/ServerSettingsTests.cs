using System.Net;
using System.Reflection;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Pwb.Hosting.Tests;

public sealed class ServerSettingsTests
{
    [Fact]
    public void Takes_every_option_that_a_text_can_say()
    {
        PwbServerOptions options = Apply(
            ("Pwb:EndPoints:0", "127.0.0.1:8080"),
            ("Pwb:AllowConnect", "true"),
            ("Pwb:DeferAccept", "true"),
            ("Pwb:ServerHeader", "mine"),
            ("Pwb:AccessLogFormat", "combined"),
            ("Pwb:SecretQueryParameters:0", "key"),
            ("pwb:allowedhosts:0", "example.org"),
            ("Pwb:AllowedHosts:1", "*.example.org"),
            ("Pwb:TrustedOrigins:0", "https://app.example"),
            ("Pwb:AdditionalMethods:0", "PURGE"),
            ("Pwb:SocketEngine", "epoll"),
            ("Pwb:SpinTime", "00:00:00.0001"),
            ("Pwb:GrowThreadPool", "False"),
            ("Pwb:IgnoreNeverBlocks", "true"));

        options.Should().BeEquivalentTo(new PwbServerOptions
        {
            EndPoints = [new ServerEndPoint(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 8080))],
            AllowConnect = true,
            DeferAccept = true,
            ServerHeader = "mine",
            AccessLogFormat = AccessLogFormat.Combined,
            SecretQueryParameters = ["key"],
            AllowedHosts = ["example.org", "*.example.org"],
            TrustedOrigins = ["https://app.example"],
            AdditionalMethods = ["PURGE"],
            SocketEngine = SocketEngine.Epoll,
            SpinTime = TimeSpan.FromMicroseconds(100),
            GrowThreadPool = false,
            IgnoreNeverBlocks = true,
        });
    }

    // A property that is added to the options or limits has to be added here or to ServerSettings.
    [Fact]
    public void Knows_each_option()
    {
        string[] inCodeOnly = [nameof(PwbServerOptions.MaxContentLengthSelector), nameof(PwbServerOptions.TimeProvider)];
        string[] lists = ["EndPoints", "AllowedHosts", "TrustedOrigins", "SecretQueryParameters", "AdditionalMethods"];
        foreach (string name in Writable<PwbServerOptions>().Except(inCodeOnly).Append("No").Append("TimeProvider"))
        {
            // Whatever is known fails otherwise than what is not.
            (string, string?) setting =
                lists.Contains(name) ? ($"Pwb:{name}:0", "") : name == "Limits" ? ("Pwb:Limits:x", "") : ($"Pwb:{name}:x", "");
            bool isUnknown = Failures(setting).Any(failure => failure.Contains("no option", StringComparison.Ordinal));
            isUnknown.Should().Be(name is "No" or "TimeProvider", name);
        }
    }

    [Fact]
    public void Knows_each_limit()
    {
        PwbServerLimits limits = new();
        foreach (string name in Writable<PwbServerLimits>())
        {
            PropertyInfo property = typeof(PwbServerLimits).GetProperty(name)!;
            string value = property.PropertyType == typeof(TimeSpan) ? "01:02:03.5" : "1024";
            PwbServerLimits read = Apply(($"Pwb:Limits:{name}", value)).Limits;

            object expected = property.PropertyType == typeof(TimeSpan) ? new TimeSpan(0, 1, 2, 3, 500) : 1024;
            Convert.ToString(property.GetValue(read), System.Globalization.CultureInfo.InvariantCulture)
                .Should().Be(Convert.ToString(expected, System.Globalization.CultureInfo.InvariantCulture), name);
            Writable<PwbServerLimits>().Except([name]).Select(other => typeof(PwbServerLimits).GetProperty(other)!)
                .Should().OnlyContain(other => Equals(other.GetValue(read), other.GetValue(limits)), name);
        }
    }

    [Theory]
    [InlineData("Pwb:Limits:MaxConnections", "many")]
    [InlineData("Pwb:Limits:MaxConnections", "-1")]
    [InlineData("Pwb:Limits:MaxConnections", "0")]
    [InlineData("Pwb:Limits:Backlog", "")]
    [InlineData("Pwb:Limits:Backlog", "99999999999")]
    [InlineData("Pwb:Limits:Backlog", "70000")]
    [InlineData("Pwb:Limits:Backlog", "9\0")]
    [InlineData("Pwb:Limits:MaxContentLength", "9\0")]
    [InlineData("Pwb:Limits:MaxFieldLines", "1,000")]
    [InlineData("Pwb:Limits:MaxContentLength", "30 MB")]
    [InlineData("Pwb:Limits:KeepAliveTimeout", "30")] // which .NET reads as thirty days
    [InlineData("Pwb:Limits:KeepAliveTimeout", "1.00:00:01")]
    [InlineData("Pwb:Limits:KeepAliveTimeout", "-00:00:01")]
    [InlineData("Pwb:Limits:MaxConection", "5")]
    [InlineData("Pwb:Limits:MaxConnections:0", "5")]
    [InlineData("Pwb:Port", "80")]
    [InlineData("Pwb:DeferAccept", "yes")]
    [InlineData("Pwb:AccessLogFormat", "1")]
    [InlineData("Pwb:AccessLogFormat", "apache")]
    [InlineData("Pwb:ServerHeader", "a\nb")]
    [InlineData("Pwb:ServerHeader:x", "a")]
    [InlineData("Pwb:AllowedHosts", "example.org")]
    [InlineData("Pwb:AllowedHosts:0", "http://example.org/")]
    [InlineData("Pwb:AllowedHosts:0", "")]
    [InlineData("Pwb:TrustedOrigins:0", "example.org")]
    [InlineData("Pwb:EndPoints", "localhost:80")]
    [InlineData("Pwb:EndPoints", "")]
    [InlineData("Pwb:EndPoints:0", "")]
    [InlineData("Pwb:EndPoints:0", "localhost")]
    [InlineData("Pwb:EndPoints:0", "localhost:65536")]
    [InlineData("Pwb:EndPoints:0", "localhost:80\0")]
    [InlineData("Pwb:EndPoints:0", "example.org:80")]
    [InlineData("Pwb:EndPoints:0", "127.1:80")]
    [InlineData("Pwb:EndPoints:0", "::1:80")]
    [InlineData("Pwb:EndPoints:0", "unix:")]
    [InlineData("Pwb:EndPoints:0", "pipe:")]
    [InlineData("Pwb:EndPoints:0", "fd:x")]
    [InlineData("Pwb:EndPoints:0", "fd:99999")]
    [InlineData("Pwb:EndPoints:0", "activated")] // by nobody
    [InlineData("Pwb:EndPoints:0", "http://localhost:80")]
    [InlineData("Pwb:EndPoints:0:Listen", "80")]
    [InlineData("Pwb:EndPoints:0:Url", "http://localhost:80")]
    [InlineData("Pwb:EndPoints:0:Key", "key.pem")]
    [InlineData("Pwb:EndPoints:0:Certificate", "/nowhere/certificate.pem")]
    [InlineData("Pwb:EndPoints:0:ClientCertificates", "Require")]
    [InlineData("Pwb:EndPoints:0:ClientCertificateAuthorities", "ca.pem")]
    [InlineData("Pwb:EndPoints:0:SocketMode", "0660")]
    [InlineData("Pwb:EndPoints:0:SocketMode", "689")]
    [InlineData("Pwb:EndPoints:0:ProxyProtocolFrom", "10.0.0.1")]
    [InlineData("Pwb:EndPoints:0:ProxyProtocolFrom:0", "0.0.0.0/0")]
    [InlineData("Pwb:EndPoints:0:ProxyProtocolFrom:0", "proxy.example")]
    public void Names_the_key_of_what_is_wrong(string key, string value)
    {
        string[] named = [.. Failures((key, value)).Select(failure => failure.Split(' ')[0].TrimEnd(':'))];

        named.Should().NotBeEmpty();
        foreach (string one in named) key.Should().StartWith(one);
        named[0].Split(':').Length.Should().BeGreaterThan(1, "the section alone helps nobody");
    }

    [Fact]
    public void Names_all_that_is_wrong_at_once_and_repeats_no_value()
    {
        Failures(("Pwb:Limits:Backlog", "s3cret"), ("Pwb:DeferAccept", "s3cret"), ("Pwb:EndPoints:0:Pasword", "s3cret"))
            .Should().HaveCountGreaterThanOrEqualTo(3)
            .And.NotContain(failure => failure.Contains("s3cret", StringComparison.Ordinal));
    }

    [Fact]
    public void Leaves_alone_what_the_section_does_not_say()
    {
        PwbServerOptions given = new()
        {
            AllowedHosts = ["example.org"],
            ServerHeader = "x",
            Limits = new PwbServerLimits { Backlog = 7 },
        };

        ServerSettings.Apply(null, given).Should().BeSameAs(given);
        Apply(given).Should().Be(given);
        Apply(given, ("Pwb:AllowedHosts", null), ("Pwb:Limits:MaxFieldLines", "9")).Should()
            .BeEquivalentTo(given with { Limits = new PwbServerLimits { Backlog = 7, MaxFieldLines = 9 } });
    }

    [Fact]
    public void Is_not_blamed_for_options_that_the_program_got_wrong()
    {
        Action act = () => Apply(new PwbServerOptions { AllowedHosts = ["a b"] }, ("Pwb:DeferAccept", "true"));

        act.Should().Throw<ArgumentException>().WithParameterName("AllowedHosts");
    }

    [Fact]
    public void Reads_the_lists_and_the_null_of_JSON()
    {
        const string Json =
            """{ "Pwb": { "TrustedOrigins": [], "ServerHeader": null, "Limits": { "MaxConnections": null, "Backlog": 9 } } }""";
        using MemoryStream stream = new(Encoding.UTF8.GetBytes(Json));
        PwbServerOptions options = ServerSettings.Apply(
            new ConfigurationBuilder().AddJsonStream(stream).Build().GetSection("Pwb"), new PwbServerOptions());

        options.TrustedOrigins.Should().BeEmpty();
        options.ServerHeader.Should().BeNull();
        options.Limits.Should().Be(new PwbServerLimits { Backlog = 9 });
    }

    [Theory]
    [InlineData("127.0.0.1:80", "127.0.0.1:80")]
    [InlineData("[::1]:0", "[::1]:0")]
    [InlineData("[fe80::1%3]:80", "[fe80::1%3]:80")]
    [InlineData("unix:/run/app.sock", "unix:/run/app.sock")]
    [InlineData("unix:@app", "unix:@app")]
    [InlineData("pipe:app", "pipe:app")]
    public void Listens_at_the_place_that_a_text_names(string text, string place)
    {
        if (text.Contains('@', StringComparison.Ordinal) && !OperatingSystem.IsLinux()) return;

        Apply(("Pwb:EndPoints:0", text)).EndPoints.Should().ContainSingle().Which.ToString().Should().Be(place);
        Apply(("Pwb:EndPoints:0:Listen", text)).EndPoints.Should().ContainSingle().Which.ToString().Should().Be(place);
    }

    [Fact]
    public void Knows_names_for_this_machine_and_for_all_addresses()
    {
        Apply(("Pwb:EndPoints:0", "Localhost:81"), ("Pwb:EndPoints:1", "any:82")).EndPoints
            .Should().BeEquivalentTo([.. ServerEndPoint.Loopback(81), .. ServerEndPoint.Any(82)]);
    }

    [Fact]
    public void Speaks_TLS_with_the_certificate_in_these_files()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("pwb-hosting-");
        X509Certificate2 made = ServerCertificate.SelfSigned("localhost").Current;
        string pem = Path.Combine(folder.FullName, "site.pem"), key = Path.Combine(folder.FullName, "key.pem"),
            pfx = Path.Combine(folder.FullName, "site.PFX");
        File.WriteAllText(pem, made.ExportCertificatePem());
        File.WriteAllText(key, made.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        File.WriteAllBytes(pfx, made.Export(X509ContentType.Pfx, "s3cret"));

        IReadOnlyList<ServerEndPoint> endPoints = Apply(
            ("Pwb:EndPoints:0:Listen", "127.0.0.1:8443"), ("Pwb:EndPoints:0:Certificate", pem), ("Pwb:EndPoints:0:Key", key),
            ("Pwb:EndPoints:1:Listen", "127.0.0.1:8444"), ("Pwb:EndPoints:1:Certificate", pfx),
            ("Pwb:EndPoints:1:Password", "s3cret")).EndPoints;

        endPoints.Should().HaveCount(2).And.OnlyContain(one => one.Tls!.Certificates[0].Current.Thumbprint == made.Thumbprint);
        Failures(("Pwb:EndPoints:0:Listen", "127.0.0.1:8443"), ("Pwb:EndPoints:0:Certificate", pfx),
            ("Pwb:EndPoints:0:Password", "wrong"))
            .Should().ContainSingle().Which.Should().StartWith("Pwb:EndPoints:0 has a certificate that cannot be used: ");
        folder.Delete(recursive: true);
    }

    [Fact]
    public void Asks_clients_for_certificates_of_the_authorities_in_this_file()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("pwb-hosting-");
        X509Certificate2 made = ServerCertificate.SelfSigned("localhost").Current;
        string pem = Path.Combine(folder.FullName, "all.pem"), none = Path.Combine(folder.FullName, "none.pem");
        File.WriteAllText(pem, made.ExportCertificatePem() + "\n" + made.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(none, "");
        (string, string?)[] place = [("Pwb:EndPoints:0:Listen", "127.0.0.1:8443"), ("Pwb:EndPoints:0:Certificate", pem)];

        TlsOptions tls = Apply([.. place, ("Pwb:EndPoints:0:ClientCertificates", "require"),
            ("Pwb:EndPoints:0:ClientCertificateAuthorities", pem)]).EndPoints.Should().ContainSingle().Which.Tls!;
        tls.ClientCertificates.Should().Be(ClientCertificateMode.Require);
        tls.ClientCertificateAuthorities.Should().ContainSingle().Which.Thumbprint.Should().Be(made.Thumbprint);

        (string, string?) authorities = ("Pwb:EndPoints:0:ClientCertificateAuthorities", none);
        Failures([.. place, authorities]).Should().ContainSingle().Which.Should().Contain("needs ClientCertificates");
        Failures([.. place, authorities, ("Pwb:EndPoints:0:ClientCertificates", "Accept")])
            .Should().ContainSingle().Which.Should().Contain("has no certificate");
        folder.Delete(recursive: true);
    }

    [Fact]
    public void Knows_the_mode_of_a_socket_and_the_proxies_in_front()
    {
        ServerEndPoint place = Apply(
            ("Pwb:EndPoints:0:Listen", "unix:/tmp/x.sock"), ("Pwb:EndPoints:0:SocketMode", "660"),
            ("Pwb:EndPoints:0:ProxyProtocolFrom:0", "10.0.0.1"), ("Pwb:EndPoints:0:ProxyProtocolFrom:1", "fd00::/8"))
            .EndPoints.Should().ContainSingle().Subject;
        place.SocketMode.Should().Be(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
        place.ProxyProtocolFrom.Should().Equal(IPNetwork.Parse("10.0.0.1/32"), IPNetwork.Parse("fd00::/8"));
        foreach (string other in (string[])["localhost:8080", "unix:@name", "pipe:name"]) // there the mode would restrict nobody
            Failures(("Pwb:EndPoints:0:Listen", other), ("Pwb:EndPoints:0:SocketMode", "600")).Should().ContainSingle();
    }

    private static IEnumerable<string> Writable<T>() =>
        typeof(T).GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(property => property.CanWrite)
            .Select(property => property.Name);

    private static PwbServerOptions Apply(params (string Key, string? Value)[] settings) =>
        Apply(new PwbServerOptions(), settings);

    private static PwbServerOptions Apply(PwbServerOptions given, params (string Key, string? Value)[] settings) =>
        ServerSettings.Apply(
            new ConfigurationBuilder()
                .AddInMemoryCollection(settings.Select(one => new KeyValuePair<string, string?>(one.Key, one.Value)))
                .Build().GetSection("Pwb"),
            given);

    private static IEnumerable<string> Failures(params (string Key, string? Value)[] settings)
    {
        try
        {
            Apply(settings);
            return [];
        }
        catch (OptionsValidationException exception)
        {
            exception.OptionsName.Should().Be("Pwb");
            return exception.Failures;
        }
    }
}
