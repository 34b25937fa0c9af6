using System.Runtime.InteropServices;

namespace Pwb.Faults.Server;

/// <summary>A sandbox by seccomp(2), as containers have one.</summary>
internal static partial class Sandbox
{
    private const int NoNewPrivileges = 38; // PR_SET_NO_NEW_PRIVS
    private const nint SetFilter = 1, ForAllThreads = 1; // SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC
    private const ushort Load = 0x20, JumpIfEqual = 0x15, Return = 0x06; // of BPF
    private const uint Allow = 0x7FFF0000, Fail = 0x00050000; // SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO
    private const uint NoSuchCall = 38; // ENOSYS

    private static readonly nint Seccomp = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 317 : 277;

    /// <summary>Has the system refuse a call to all threads, as if it did not have it.</summary>
    public static void Deny(int call)
    {
        Step[] steps =
        [
            new() { Code = Load }, // the number of the call
            new() { Code = JumpIfEqual, Otherwise = 1, Value = (uint)call },
            new() { Code = Return, Value = Fail | NoSuchCall },
            new() { Code = Return, Value = Allow },
        ];
        GCHandle pinned = GCHandle.Alloc(steps, GCHandleType.Pinned);
        try
        {
            Filter filter = new() { Length = (ushort)steps.Length, Steps = pinned.AddrOfPinnedObject() };
            if (Control(NoNewPrivileges, 1, 0, 0, 0) != 0 || Call(Seccomp, SetFilter, ForAllThreads, filter) != 0)
                throw new InvalidOperationException($"seccomp: {Marshal.GetLastPInvokeErrorMessage()}");
        }
        finally
        {
            pinned.Free();
        }
    }

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(int option, nuint argument, nuint second, nuint third, nuint fourth);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Call(nint number, nint operation, nint flags, in Filter filter);

    /// <summary>struct sock_filter.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Step
    {
        public ushort Code;
        public byte IfTrue;
        public byte Otherwise;
        public uint Value;
    }

    /// <summary>struct sock_fprog.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Filter
    {
        public ushort Length;
        public nint Steps;
    }
}
