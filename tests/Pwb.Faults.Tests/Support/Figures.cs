using Xunit.Abstractions;
using Xunit.Sdk;

namespace Pwb.Faults.Support;

/// <summary>What a scenario has measured: in its own output, on the console, and in figures.txt beside the tests.</summary>
internal static class Figures
{
    private static readonly Lock Gate = new();
    private static readonly string File = Path.Combine(AppContext.BaseDirectory, "figures.txt");
    private static bool _isStarted;

    public static IMessageSink? Console { get; set; }

    public static void Print(this ITestOutputHelper output, string line)
    {
        output.WriteLine(line);
        Console?.OnMessage(new DiagnosticMessage(line));
        lock (Gate)
        {
            if (!_isStarted) System.IO.File.Delete(File);
            _isStarted = true;
            System.IO.File.AppendAllText(File, line + "\n");
        }
    }
}
