using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pwb.Tests.StaticFiles;

/// <summary>
/// A file of Linux with a write lease on it: who opens it waits until the lease is given back, up to 45 seconds.
/// </summary>
internal sealed class LeasedFile : IDisposable
{
    private const int SetSignal = 10, SetLease = 1024, WriteLease = 1; // F_SETSIG, F_SETLEASE, F_WRLCK
    private const int Urgent = 23; // SIGURG, which does nothing: SIGIO would end the process

    private readonly SafeFileHandle _file;

    public LeasedFile(string path)
    {
        _file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        int descriptor = _file.DangerousGetHandle().ToInt32();
        IsHeld = Control(descriptor, SetSignal, Urgent) == 0 && Control(descriptor, SetLease, WriteLease) == 0;
    }

    public bool IsHeld { get; }

    public void Dispose() => _file.Dispose();

    [DllImport("libc", EntryPoint = "fcntl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Control(int descriptor, int command, nint argument);
}
