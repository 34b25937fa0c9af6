using System.Net;

namespace Pwb.Fuzz.Running;

/// <summary>Serves a scripted stream from its first byte to its end.</summary>
internal static class ScriptedConnection
{
    /// <returns>Whether all of it ran on one thread, so that <see cref="ScriptedStream.Waits"/> can be relied on.</returns>
    public static async Task<bool> ServeAsync(PwbServer server, ScriptedStream stream, EndPoint? remoteEndPoint)
    {
        bool isQuiet = true;
        Task serving = server.ServeAsync(stream, remoteEndPoint);
        await Task.WhenAny(serving, stream.Started);
        while (!serving.IsCompleted)
        {
            // From here on the server runs on this thread, inside of Arrive: when that returns, it has
            // nothing left to do. Should it
            // go on elsewhere for once, one cannot tell any more what it had sent before it waited.
            if (stream.IsSuspended)
            {
                stream.Arrive();
                continue;
            }

            isQuiet = false;
            await Task.Yield();
        }

        await serving;
        return isQuiet;
    }
}
