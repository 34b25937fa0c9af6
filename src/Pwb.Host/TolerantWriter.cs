using System.Text;

namespace Pwb.Host;

/// <summary>
/// Standard output that may be full or gone. The console logger answers a write that throws by writing all later lines
/// itself, on the request's own thread; so a write never throws.
/// </summary>
internal sealed class TolerantWriter(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    /// <summary>To be called before anything else uses the console.</summary>
    public static void ReplaceStandardOutputs()
    {
        Console.SetOut(new TolerantWriter(Console.Out));
        Console.SetError(new TolerantWriter(Console.Error));
    }

    public override void Write(char value) => Write(value.ToString());

    public override void Write(string? value)
    {
        try
        {
            inner.Write(value);
        }
        catch (IOException)
        {
            // No space, or nobody there any more. The log is lost; the server is not.
        }
    }
}
