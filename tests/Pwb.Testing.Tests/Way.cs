namespace Pwb.Testing.Tests;

/// <summary>How a client gets to the service.</summary>
public enum Way
{
    Memory,
    MemoryTls,
    Port,
    PortTls,
}
