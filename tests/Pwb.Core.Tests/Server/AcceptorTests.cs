using System.Collections.Concurrent;
using System.Net.Sockets;
using Pwb.Server;
using Pwb.Tests.Infrastructure;
using Pwb.Transports;

namespace Pwb.Tests.Server;

public sealed class AcceptorTests
{
    [Fact]
    public async Task No_socket_error_ends_it()
    {
        SocketError[] errors = [
            .. Enum.GetValues<SocketError>().Where(error => error is not (SocketError.Success or SocketError.SocketError))
                .Distinct()];
        ConcurrentQueue<Exception> failures = new();
        Transport connection = new(Stream.Null, null);

        // Each error is followed by a connection, which sets the delay back: so the test is quick.
        int calls = 0;
        int served = 0;
        Acceptor? acceptor = null;
        acceptor = new Acceptor(
            () =>
            {
                int call = calls++;
                if (call / 2 >= errors.Length) acceptor!.Stop();
                return call % 2 == 0 && call / 2 < errors.Length ? throw new SocketException((int)errors[call / 2]) : connection;
            },
            _ => served++,
            failures.Enqueue,
            new DescriptorReserve());
        acceptor.Start();
        acceptor.Begin();
        await acceptor.WhenEndedAsync().WaitAsync(Wire.SafetyTimeout);

        served.Should().BeGreaterThanOrEqualTo(errors.Length);
        failures.OfType<SocketException>().Select(failure => failure.SocketErrorCode)
            .Should().Equal(errors.Where(error => error is not (SocketError.ConnectionAborted or SocketError.ConnectionReset)));
    }

    [Fact]
    public async Task Errors_without_end_are_tried_ever_more_slowly_and_stopping_does_not_wait_for_the_next_try()
    {
        int calls = 0;
        TaskCompletionSource failedOften = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Acceptor acceptor = new(
            () => throw new SocketException((int)SocketError.TooManyOpenSockets),
            _ => { },
            _ =>
            {
                if (++calls == 7) failedOften.SetResult(); // 10 + 20 + ... + 320 ms, and 640 to come
            },
            new DescriptorReserve());
        acceptor.Start();
        acceptor.Begin();
        await failedOften.Task.WaitAsync(Wire.SafetyTimeout);
        acceptor.Stop();
        await acceptor.WhenEndedAsync().WaitAsync(Wire.SafetyTimeout);
        calls.Should().BeGreaterThanOrEqualTo(7);
    }

    [Fact]
    public async Task Errors_that_are_not_of_the_socket_do_not_end_it_either()
    {
        int calls = 0;
        Acceptor? acceptor = null;
        acceptor = new Acceptor(
            () =>
            {
                if (++calls == 4) acceptor!.Stop();
                throw calls % 2 == 0 ? new InsufficientMemoryException() : new InvalidOperationException();
            },
            _ => { },
            _ => { },
            new DescriptorReserve());
        acceptor.Start();
        acceptor.Begin();
        await acceptor.WhenEndedAsync().WaitAsync(Wire.SafetyTimeout);
        calls.Should().Be(4);
    }
}
