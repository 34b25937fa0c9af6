// A desktop program that offers its notes to an assistant, by the Model Context Protocol. Try it:
//   dotnet run --project samples/Mcp
//   claude mcp add --transport http notes http://localhost:8888/mcp --header "Authorization: Bearer <what it printed>"
using System.ComponentModel;
using System.Security.Cryptography;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Pwb;

McpServerOptions offered = new()
{
    ServerInfo = new Implementation { Name = "notes", Version = "1.0.0" },
    ToolCollection =
    [
        McpServerTool.Create(Notes.ReadNotes, new McpServerToolCreateOptions { ReadOnly = true }),
        McpServerTool.Create(Notes.AddNote),
    ],
};

// Every program of this machine reaches the port: the token is for the one that the user gives it to.
string token = args is [_, string own] ? own : RandomNumberGenerator.GetHexString(32);
Router router = new([new("/mcp", new BearerAuthenticationHandler("notes", token, new McpHandler(offered)))]);
await using PwbServer server = new(
    router, new PwbServerOptions { EndPoints = ServerEndPoint.Loopback(args is [string port, ..] ? int.Parse(port) : 8888) });
await server.StartAsync();
Console.WriteLine($"{server.Urls[0]}mcp, token {token}");
await server.RunUntilStoppedAsync(); // a program with a window calls StopAsync when that is closed

internal static class Notes
{
    private static readonly List<string> All = ["Water the plants"]; // what the window shows

    [Description("Reads all notes of the user.")]
    public static string[] ReadNotes() { lock (All) return [.. All]; }

    [Description("Adds a note.")]
    public static string AddNote([Description("The text of the note")] string text) { lock (All) All.Add(text); return "Added."; }
}
