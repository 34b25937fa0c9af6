using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Pwb.Faults.Support;

/// <summary>The fault server with an end point of one kind, and the way in for clients.</summary>
internal sealed class Entrance : IDisposable
{
    private readonly string _kind;
    private readonly string _name;
    private readonly Socket? _inherited;

    private Entrance(string kind, string name, ServerProcess server, Socket? inherited = null)
    {
        _inherited = inherited;
        _kind = kind;
        _name = name;
        Server = server;
    }

    public static TheoryData<string> Kinds => ["TCP", "TLS", "Unix", "abstract", "pipe", "listener", "inherited"];

    public ServerProcess Server { get; }

    /// <summary>The file by which clients find it; null without one.</summary>
    public string? FilePath => _kind switch
    {
        "Unix" => _name,
        "pipe" => Path.Combine(Path.GetTempPath(), "CoreFxPipe_" + _name), // where .NET has pipes on Unix
        _ => null,
    };

    /// <summary>
    /// Whether a stop closes it at once. A user's listener is its owner's, and an inherited socket is its supervisor's, which
    /// passes those who wait at it on to the next server. On Unix, .NET keeps a pipe's socket open as long as a connection of it
    /// lasts, so that newcomers wait in vain there.
    /// </summary>
    public bool IsClosedByStop => _kind is not ("listener" or "pipe" or "inherited");

    /// <summary>Whether its socket is a supervisor's, and stays open when the server has ended.</summary>
    public bool IsSupervised => _inherited is not null;

    public static async Task<Entrance> OpenAsync(string kind, params string[] args)
    {
        if (kind == "inherited") return await InheritAsync(args);
        string name = $"pwb-{Guid.NewGuid():N}";
        if (kind == "Unix") name = Path.Combine(Path.GetTempPath(), name);
        string[] own = kind switch
        {
            "Unix" => ["--unix", name],
            "abstract" => ["--unix", "@" + name],
            "pipe" => ["--pipe", name],
            "listener" => ["--passage", "0"],
            _ => [],
        };
        ServerProcess server = await ServerProcess.StartFaultsAsync(kind == "TLS", [.. own, .. args]);
        if (kind == "listener")
        {
            const string line = "\npassage ";
            await server.UntilOutputMatchesAsync(line + "\\d+\n");
            name = server.Output.Split(line)[1].Split('\n')[0];
        }

        return new Entrance(kind, name, server);
    }

    /// <summary>Connects without a word, over TLS too.</summary>
    public Task<RawClient> KnockAsync() => _kind switch
    {
        "Unix" or "pipe" => RawClient.ConnectAsync(FilePath!),
        "abstract" => RawClient.ConnectAsync("\0" + _name),
        "listener" or "inherited" => RawClient.ConnectAsync(int.Parse(_name, CultureInfo.InvariantCulture)),
        _ => RawClient.ConnectAsync(Server.Port),
    };

    /// <summary>Connects, with a handshake over TLS.</summary>
    public async Task<RawClient> ConnectAsync()
    {
        RawClient client = await KnockAsync();
        await OpenSessionAsync(client);
        return client;
    }

    /// <summary>The handshake, over TLS.</summary>
    public Task OpenSessionAsync(RawClient client) => _kind == "TLS" ? client.OpenSessionAsync() : Task.CompletedTask;

    /// <summary>Whether a newcomer is turned away.</summary>
    public async Task<bool> IsClosedAsync()
    {
        try
        {
            using RawClient client = await KnockAsync();
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    public void Dispose()
    {
        Server.Dispose();
        _inherited?.Dispose();
    }

    private static async Task<Entrance> InheritAsync(string[] args)
    {
        Socket listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listening.Listen();
            string port = ((IPEndPoint)listening.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture);
            return new Entrance("inherited", port, await ServerProcess.StartFaultsOnAsync(listening, args), listening);
        }
        catch
        {
            listening.Dispose();
            throw;
        }
    }
}
