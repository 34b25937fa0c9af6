using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Runtime.InteropServices;
using Pwb.Platform;
using Processor = System.Runtime.InteropServices.Architecture; // whose name is also that of a folder of tests

namespace Pwb.Tests.Epoll;

/// <summary>The layout is the kernel's: &lt;linux/eventpoll.h&gt; packs it on x86-64 and nowhere else.</summary>
public sealed class EpollEventsTests
{
    [Theory]
    [InlineData(Processor.X64, "01200080 8877665544332211")]
    [InlineData(Processor.Arm64, "01200080 00000000 8877665544332211")]
    [InlineData(Processor.Arm, "01200080 00000000 8877665544332211")]
    [InlineData(Processor.RiscV64, "01200080 00000000 8877665544332211")]
    public void One_is_written_as_its_architecture_has_it(Processor architecture, string expected)
    {
        byte[] bytes = new byte[16];
        const uint events = LinuxEpoll.Readable | LinuxEpoll.PeerEnded | LinuxEpoll.EdgeTriggered;
        int length = EpollEvents.Write(bytes, events, 0x1122334455667788, architecture);
        Convert.ToHexString(bytes, 0, length).Should().Be(expected.Replace(" ", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Processor.X64)]
    [InlineData(Processor.Arm64)]
    public void What_was_written_is_read_from_an_array(Processor architecture)
    {
        EpollEvents events = new(3, architecture);
        events.Capacity.Should().Be(3);
        int position = 0;
        for (uint i = 0; i < 3; i++)
            position += EpollEvents.Write(events.Bytes[position..], i + 1, (ulong.MaxValue / 3) + i, architecture);
        position.Should().Be(events.Bytes.Length);
        for (uint i = 0; i < 3; i++) events[(int)i].Should().Be((i + 1, (ulong.MaxValue / 3) + i));
    }

    [SkippableFact]
    public void The_kernel_gives_back_what_it_was_given()
    {
        Skip.IfNot(ThisSystem.IsLinux, "Only Linux has epoll.");
        using DescriptorHandle epoll = LinuxEpoll.Create();
        using DescriptorHandle bell = LinuxEpoll.CreateBell();
        using DescriptorHandle other = LinuxEpoll.CreateBell();
        EpollEvents events = new(4, RuntimeInformation.ProcessArchitecture);
        LinuxEpoll.Wait(epoll, events, 0).Should().Be(0);
        LinuxEpoll.Add(epoll, bell, LinuxEpoll.Readable | LinuxEpoll.EdgeTriggered, 0x1122334455667788);
        LinuxEpoll.Add(epoll, other, LinuxEpoll.Readable | LinuxEpoll.EdgeTriggered, ulong.MaxValue);
        LinuxEpoll.Ring(bell);
        LinuxEpoll.Ring(other);
        LinuxEpoll.Wait(epoll, events, 1000).Should().Be(2);
        new[] { events[0], events[1] }.Should().BeEquivalentTo(
            [(LinuxEpoll.Readable, 0x1122334455667788ul), (LinuxEpoll.Readable, ulong.MaxValue)]);
        LinuxEpoll.Wait(epoll, events, 0).Should().Be(0, "an edge is told once");
        LinuxEpoll.Ring(bell);
        LinuxEpoll.Wait(epoll, events, 1000).Should().Be(1, "without being read, it tells of each ring");
    }

    [SkippableFact]
    public void An_error_is_that_of_the_call()
    {
        Skip.IfNot(ThisSystem.IsLinux, "Only Linux has epoll.");
        const int invalid = 22, exists = 17; // EINVAL, EEXIST
        using DescriptorHandle epoll = LinuxEpoll.Create();
        using DescriptorHandle bell = LinuxEpoll.CreateBell();
        EpollEvents events = new(1, RuntimeInformation.ProcessArchitecture);
        Action waiting = () => LinuxEpoll.Wait(bell, events, 0);
        waiting.Should().Throw<IOException>().WithMessage("epoll_wait: *").Which.HResult.Should().Be(invalid);
        LinuxEpoll.Add(epoll, bell, LinuxEpoll.Readable, 1);
        Action adding = () => LinuxEpoll.Add(epoll, bell, LinuxEpoll.Readable, 1);
        adding.Should().Throw<IOException>().WithMessage("epoll_ctl: *").Which.HResult.Should().Be(exists);

        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        LinuxStreams.Accept(listener.SafeHandle, new byte[LinuxStreams.MaxAddressLength]).Should().Be(-1);
        LinuxStreams.WouldWait().Should().BeTrue();
        LinuxStreams.Send(listener.SafeHandle, new byte[1], isFollowed: false).Should().Be(-1);
        LinuxStreams.IsOfNetwork(LinuxStreams.Failure("send")).Should().BeTrue("it has never been connected");
    }

    // glibc has no libc.so that can be loaded, and musl no libc.so.6. The runtime finds either by this name.
    [Fact]
    public void The_library_has_the_name_by_which_the_runtime_finds_it_with_glibc_and_musl()
    {
        const BindingFlags any = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        Type[] types = [typeof(LinuxEpoll), typeof(LinuxStreams), typeof(LinuxCalls), typeof(UnixCalls)];
        foreach (Type type in types)
        {
            type.GetMethods(any).Select(method => method.GetCustomAttribute<DllImportAttribute>()?.Value).OfType<string>()
                .Should().NotBeEmpty().And.OnlyContain(library => library == "libc", "of {0}", type);
        }
    }
}
