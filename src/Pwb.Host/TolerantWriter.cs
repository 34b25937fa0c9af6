using System.Text;

namespace Pwb.Host;

/// <summary>
/// Standard output or error, which may be full or gone. The console logger answers a write that throws by writing all later
/// lines itself, on the request's own thread; so a write never throws. Straight to the stream, because Console.Out would first
/// prepare a terminal for reading.
/// </summary>
internal sealed class TolerantWriter(Stream stream, Encoding encoding) : TextWriter
{
    public override Encoding Encoding => encoding;

    /// <summary>To be called before anything else uses the console.</summary>
    public static void ReplaceStandardOutputs()
    {
        Console.SetOut(new TolerantWriter(Console.OpenStandardOutput(), Console.OutputEncoding));
        Console.SetError(new TolerantWriter(Console.OpenStandardError(), Console.OutputEncoding));
    }

    public override void Write(char value) => Write(value.ToString());

    public override void Write(string? value)
    {
        try
        {
            stream.Write(encoding.GetBytes(value ?? ""));
        }
        catch (IOException)
        {
            // The disk is full, or the reader is gone. The text is lost; the server goes on.
        }
    }

    public override void WriteLine(string? value) => Write(value + Environment.NewLine);
}
