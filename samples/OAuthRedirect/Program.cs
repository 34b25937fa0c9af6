// Signing in from a program on the desktop: the browser comes back to a server on a free port of 127.0.0.1,
// which takes one answer and stops (RFC 8252 §7.3). Try it without a provider:
// start it, and give curl what is in the printed URL.
//   dotnet run --project samples/OAuthRedirect -- https://login.example/authorize my-client-id
//   curl "<redirect_uri>?code=4711&state=<state>"
using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Pwb;

string state = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)); // only who began this may end it
// PKCE, RFC 7636: a stolen code is of no use without it.
string verifier = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
string challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
TaskCompletionSource<string?> signedIn = new(TaskCreationOptions.RunContinuationsAsynchronously);

PwbServer? stopped = null; // by its handler, when that has what it wants
Router router = new([new("GET /callback", Redirected)]);
await using PwbServer server = new(
    router, new PwbServerOptions { EndPoints = [new ServerEndPoint(new IPEndPoint(IPAddress.Loopback, 0))] });
stopped = server;
await server.StartAsync();
string redirectUri = $"http://{server.EndPoint}/callback";
(string endpoint, string client) =
    args is [string given, string id] ? (given, id) : ("https://login.example/authorize", "my-client-id");
Console.WriteLine("Open this in the browser (a program would, with Process.Start):");
Console.WriteLine(
    $"{endpoint}?response_type=code&client_id={Uri.EscapeDataString(client)}&redirect_uri={Uri.EscapeDataString(redirectUri)}"
        + $"&state={state}&code_challenge={challenge}&code_challenge_method=S256");

await server.RunUntilStoppedAsync(); // lets the page that says so reach the browser
string? code = signedIn.Task.IsCompleted ? await signedIn.Task : null; // null after Ctrl+C, too
// Escaped as the form needs it: whoever sent the browser here chose the code, and a terminal obeys some characters.
if (code is not null)
    Console.WriteLine(
        $"Now POST to the token endpoint: grant_type=authorization_code&code={Uri.EscapeDataString(code)}"
            + $"&code_verifier={verifier}");
return code is null ? 1 : 0;

HttpResponse Redirected(HttpRequest request)
{
    bool isOurs = CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(request.Query["state"] ?? ""), Encoding.UTF8.GetBytes(state));
    if (!isOurs) return HttpResponse.Text("This is not an answer to what we asked.\n", 400);
    if (!signedIn.TrySetResult(request.Query["code"])) return HttpResponse.Text("That has been answered already.\n", 409);
    _ = stopped!.StopAsync(); // not awaited, since that waits for this response
    return HttpResponse.Text(
        request.Query["code"] is null
            ? "You are not signed in. You can close this window.\n" : "You are signed in. You can close this window.\n");
}
