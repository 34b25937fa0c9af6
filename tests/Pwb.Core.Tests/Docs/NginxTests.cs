using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Pwb;
using Pwb.Tests.Docs;
using Pwb.Tests.Infrastructure;

namespace Snippets;

/// <summary>The example of docs/deployment.md for nginx: in the text, and run by an nginx where one is installed.</summary>
public sealed class NginxTests
{
    private static readonly string[] Trusted = [
        "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Real-IP",
        "Forwarded"];

    private static string Example =>
        Regex.Match(Repository.Read("docs/deployment.md"), @"^```nginx\n(?<text>.*?)^```$",
            RegexOptions.Multiline | RegexOptions.Singleline).Groups["text"].Value;

    [Fact]
    public void Every_field_that_a_program_may_trust_is_set_anew_or_cleared()
    {
        foreach (string name in Trusted)
            Example.Should().MatchRegex($@"proxy_set_header {name} (\$remote_addr|\$scheme|"""");");
    }

    [SkippableFact]
    public async Task What_a_client_says_of_itself_does_not_reach_the_program()
    {
        await using PwbServer server = new(
            RequestHandler.From(
                request => HttpResponse.Text(string.Join('\n', Trusted.Select(name => $"{name}: {request.Headers[name]}")))),
            new PwbServerOptions
            {
                EndPoints = [new ServerEndPoint(new IPEndPoint(IPAddress.Loopback, 0))],
                AllowedHosts = ["www.example.org"],
            });
        await server.StartAsync();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("pwb-nginx-");
        int port = OwnPort.Take();
        using Process nginx = Start(
            folder.FullName,
            Example.Replace("127.0.0.1:8080", $"{server.EndPoint}").Replace("listen 80;", $"listen 127.0.0.1:{port};"));
        try
        {
            using HttpClient client = new();
            client.DefaultRequestHeaders.Host = "www.example.org";
            foreach (string name in Trusted) client.DefaultRequestHeaders.Add(name, "for=forged");

            string seen = await GetAsync(client, new Uri($"http://127.0.0.1:{port}/"), nginx);

            seen.Should().Be(
                "X-Forwarded-For: 127.0.0.1\nX-Forwarded-Proto: http\nX-Forwarded-Host: \nX-Forwarded-Port: \n"
                    + "X-Forwarded-Prefix: \nX-Real-IP: 127.0.0.1\nForwarded: ");
        }
        finally
        {
            nginx.Kill();
            await nginx.WaitForExitAsync();
            folder.Delete(recursive: true);
        }
    }

    private static Process Start(string folder, string example)
    {
        string[] kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        string http = string.Concat(kinds.Select(kind => $"{kind}_temp_path {folder}/{kind};\n"));
        string file = Path.Combine(folder, "nginx.conf");
        File.WriteAllText(
            file, $"daemon off;\nmaster_process off;\n"
                + $"pid {folder}/pid;\nerror_log {folder}/errors;\nevents {{}}\nhttp {{\naccess_log off;\n{http}{example}}}\n");
        foreach (string path in (string[])["nginx", "/usr/sbin/nginx"])
        {
            try
            {
                return Process.Start(
                    new ProcessStartInfo(
                        path, ["-p", folder, "-c", file])
                    { RedirectStandardError = true, UseShellExecute = false })!;
            }
            catch (Win32Exception)
            {
                // not there
            }
        }

        Directory.Delete(folder, recursive: true);
        throw new SkipException("nginx is not installed");
    }

    private static async Task<string> GetAsync(HttpClient client, Uri uri, Process nginx)
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            try
            {
                return await client.GetStringAsync(uri, patience.Token);
            }
            catch (HttpRequestException) when (!nginx.HasExited)
            {
                await pause.WaitForNextTickAsync(patience.Token); // it is not there yet
            }
        }
    }
}
