using System.Net;
using Pwb.Fuzz.Misuse;

namespace Pwb.Fuzz.Running;

/// <summary>
/// Travels with a connection as its remote end point, and has what the handler saw there. Unlike a <see cref="ConnectionRecord"/>
/// it is for several threads.
/// </summary>
/// <param name="misuse">What the handler does with its streams; null where it is good.</param>
internal sealed class Witness(MisuseScript? misuse = null) : EndPoint
{
    private readonly List<string> _begun = [];
    private readonly List<string> _whole = [];

    public MisuseScript? Misuse => misuse;

    /// <summary>The paths of the requests that the handler was called for.</summary>
    public IReadOnlyList<string> Begun
    {
        get
        {
            lock (_begun) return [.. _begun];
        }
    }

    /// <summary>The contents that were read to an end that was no error, each behind its path.</summary>
    public IReadOnlyList<string> Whole
    {
        get
        {
            lock (_begun) return [.. _whole];
        }
    }

    public void NoteBegin(string path)
    {
        lock (_begun) _begun.Add(path);
    }

    public void NoteWhole(string path, string content)
    {
        lock (_begun) _whole.Add(Line(path, content));
    }

    /// <summary>What the response to a request says, and what is noted of it.</summary>
    public static string Line(string path, string content) => $"{path}={content}";

    public override string ToString() => "fuzz:0";
}
