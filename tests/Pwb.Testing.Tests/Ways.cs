using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Pwb.Testing.Tests;

/// <summary>All the ways, for tests of what is the same on each.</summary>
internal static class Ways
{
    public static TheoryData<Way> All => [Way.Memory, Way.MemoryTls, Way.Port, Way.PortTls];

    public static HttpClient ClientOf(FakeService service, Way way) => way switch
    {
        Way.Memory => service.CreateClient(),
        Way.MemoryTls => service.CreateClient("https://api.example/"),
        Way.Port => new HttpClient { BaseAddress = service.Listen() },
        _ => new HttpClient(Trusting()) { BaseAddress = new UriBuilder(service.Listen()) { Scheme = "https" }.Uri },
    };

    private static SocketsHttpHandler Trusting()
    {
        X509ChainPolicy trust = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        trust.CustomTrustStore.Add(FakeService.CertificateAuthority);
        return new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = trust } };
    }
}
