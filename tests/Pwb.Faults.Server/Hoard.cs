using Microsoft.Win32.SafeHandles;

namespace Pwb.Faults.Server;

/// <summary>Descriptors that a handler takes, for no purpose.</summary>
internal sealed class Hoard
{
    private readonly Stack<SafeFileHandle> _held = new();

    /// <summary>Takes descriptors until the process has none.</summary>
    /// <returns>The number of those that it holds.</returns>
    public int TakeAll()
    {
        try
        {
            while (true) _held.Push(File.OpenHandle("/dev/null"));
        }
        catch (IOException)
        {
            return _held.Count;
        }
    }

    public void GiveBack()
    {
        while (_held.TryPop(out SafeFileHandle? handle)) handle.Dispose();
    }
}
