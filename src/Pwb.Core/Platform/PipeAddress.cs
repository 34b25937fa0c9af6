using System.Net;
using System.Net.Sockets;

namespace Pwb.Platform;

/// <summary>The address of a named pipe: its name on this machine.</summary>
internal sealed class PipeAddress : EndPoint
{
    private const int MaxLength = 247; // Windows: 256 with \\.\pipe\ before it

    private static readonly string Folder = Path.Combine(Path.GetTempPath(), "CoreFxPipe_");

    /// <exception cref="ArgumentException">No pipe has such a name, here or on Windows.</exception>
    public PipeAddress(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        bool isValid = name.Length <= MaxLength && !name.AsSpan().ContainsAny('/', '\\', ':') && !name.Any(char.IsControl)
            && !name.Equals("anonymous", StringComparison.OrdinalIgnoreCase);
        if (!isValid) throw new ArgumentException($"'{name}' is no name of a pipe.", nameof(name));
        Name = name;
        if (!OperatingSystem.IsWindows()) _ = new UnixDomainSocketEndPoint(FilePath); // which knows how long it may be
    }

    public string Name { get; }

    /// <summary>The Unix domain socket that .NET makes of the pipe on systems without named pipes.</summary>
    public string FilePath => Folder + Name;

    public override bool Equals(object? obj) => obj is PipeAddress other && other.Name == Name;

    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => $"pipe:{Name}";
}
