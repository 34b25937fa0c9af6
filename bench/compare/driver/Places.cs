using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pwb.Compare;

/// <summary>Where the programs are, and the files that they serve.</summary>
internal sealed class Places
{
    private readonly string _root;

    /// <summary>Makes the directory of the comparison ready.</summary>
    /// <param name="root">Where the script has put the programs; logs and files go there too.</param>
    public Places(string root)
    {
        _root = root;
        Directory.CreateDirectory(Path.Combine(Work, "logs"));
        TestFiles.Write(Files);
        WriteCertificate();
        HostServesDirectories = Output(Host, "--help").Contains("directory", StringComparison.OrdinalIgnoreCase);
    }

    public string Work => Path.Combine(_root, "work");

    public string Files => Path.Combine(_root, "files");

    /// <summary>A certificate and its key in PEM form, for all the servers alike.</summary>
    public string Certificate => Path.Combine(Work, "certificate.pem");

    public string Floor => Path.Combine(_root, "floor");

    public string AspNet => Path.Combine(_root, "aspnet", "compare-aspnet");

    public string Embedded => Path.Combine(_root, "embedded", "compare-embedded");

    public string Host => Path.Combine(_root, "host", "pwb");

    public bool HostServesDirectories { get; }

    /// <summary>One of the scripts for wrk, which the script beside this program copies.</summary>
    public string Script(string name) => Path.Combine(_root, name);

    /// <summary>A program on the path.</summary>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin").Split(':').Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);

    /// <summary>
    /// One worker, no log, files by sendfile from a cache of descriptors: as its administrators set it up for speed.
    /// </summary>
    public string WriteNginxConfiguration(int port, bool isTls = false)
    {
        string name = isTls ? "nginx-tls" : "nginx";
        string file = Path.Combine(Work, $"{name}.conf");
        string tls =
            isTls ? $"ssl_certificate {Certificate}; "
                + $"ssl_certificate_key {Certificate}; ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache shared:a:10m;" : "";
        File.WriteAllText(file, string.Create(CultureInfo.InvariantCulture, $$"""
            daemon off; master_process off; worker_processes 1; pid {{Work}}/{{name}}.pid; error_log /dev/null;
            events { worker_connections 16000; }
            http {
              access_log off; sendfile on; tcp_nopush on; open_file_cache max=1000; gzip_static on;
              keepalive_requests 1000000000; client_max_body_size 0;
              default_type application/octet-stream; types { text/html html; text/css css; text/javascript js; }
              server {
                listen 127.0.0.1:{{port}} {{(isTls ? "ssl " : "")}}backlog=4096; {{tls}} root {{Files}};
                location = /11 { default_type "text/plain; charset=utf-8"; return 200 "hello PWB"; }
              }
            }
            """));
        return file;
    }

    private void WriteCertificate()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(
            DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        File.WriteAllText(Certificate, $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
    }

    /// <summary>What a program prints.</summary>
    public static string Output(string program, params string[] arguments)
    {
        using Process process =
            Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }
}
