// Signing in from a program on the desktop: the browser comes back to a server on a free port of 127.0.0.1, which takes one answer
// and stops (RFC 8252 §7.3). Try it without a provider: start it, and give curl what is in the printed URL.
//   dotnet run --project samples/OAuthRedirect -- https://login.example/authorize my-client-id
//   curl "<redirect_uri>?code=4711&state=<state>"
using System.Buffers.Text;
using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Web;
using Pwb;

string state = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)); // only who began this may end it
string verifier = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)); // PKCE, RFC 7636: a stolen code is of no use without it
string challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
TaskCompletionSource<string?> signedIn = new(TaskCreationOptions.RunContinuationsAsynchronously);

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = signedIn.TrySetResult(null));
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => signal.Cancel = signedIn.TrySetResult(null));

await using PwbServer server = new(RequestHandler.From(Redirected), new PwbServerOptions { EndPoints = [new ServerEndPoint(new IPEndPoint(IPAddress.Loopback, 0))] });
await server.StartAsync();
string redirectUri = $"http://{server.EndPoint}/callback";
(string endpoint, string client) = args is [string given, string id] ? (given, id) : ("https://login.example/authorize", "my-client-id");
Console.WriteLine("Open this in the browser (a program would, with Process.Start):");
Console.WriteLine($"{endpoint}?response_type=code&client_id={Uri.EscapeDataString(client)}&redirect_uri={Uri.EscapeDataString(redirectUri)}"
    + $"&state={state}&code_challenge={challenge}&code_challenge_method=S256");

string? code = await signedIn.Task;
await server.StopAsync(); // lets the page that says so reach the browser
if (code is not null) // escaped as the form needs it: whoever sent the browser here chose the code, and a terminal obeys some characters
    Console.WriteLine($"Now POST to the token endpoint: grant_type=authorization_code&code={Uri.EscapeDataString(code)}&code_verifier={verifier}");
return code is null ? 1 : 0;

HttpResponse Redirected(HttpRequest request)
{
    if (request.Method is not "GET") return HttpResponse.MethodNotAllowed("GET");
    if (request.Path is not "/callback") return HttpResponse.Text("Not found\n", 404);

    var query = HttpUtility.ParseQueryString(Encoding.ASCII.GetString(request.RawQuery));
    bool isOurs = CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(query["state"] ?? ""), Encoding.UTF8.GetBytes(state));
    if (!isOurs) return HttpResponse.Text("This is not an answer to what we asked.\n", 400);
    if (!signedIn.TrySetResult(query["code"])) return HttpResponse.Text("That has been answered already.\n", 409);
    return HttpResponse.Text(query["code"] is null ? "You are not signed in. You can close this window.\n" : "You are signed in. You can close this window.\n");
}
