using Pwb.Channels;
using Pwb.Telemetry;

namespace Pwb.Server;

/// <summary>The open connections of a server.</summary>
internal sealed class ConnectionSet : ICountable
{
    // With so many outdated candidates, hardly any connection is idle.
    private const int MaxBusy = 32;

    private readonly Lock _lock = new();
    // each knows its index, which takes less memory than a node for each
    private readonly List<ServerConnection> _connections = [];
    private TaskCompletionSource? _empty;

    public int Count
    {
        get
        {
            lock (_lock) return _connections.Count;
        }
    }

    public void Add(ServerConnection connection)
    {
        lock (_lock)
        {
            connection.Index = _connections.Count;
            _connections.Add(connection);
        }
    }

    public void Remove(ServerConnection connection)
    {
        TaskCompletionSource? empty = null;
        lock (_lock)
        {
            ServerConnection last = _connections[^1];
            _connections[connection.Index] = last;
            last.Index = connection.Index;
            _connections.RemoveAt(_connections.Count - 1);
            if (_connections.Count == 0) (empty, _empty) = (_empty, null);
        }

        empty?.TrySetResult();
    }

    /// <summary>
    /// Makes room: closes the connection that has been idle longest, those last whose first request may be under way. A
    /// connection whose request has just come is passed over.
    /// </summary>
    /// <returns>Whether a connection was closed.</returns>
    public bool CloseLongestIdle()
    {
        HashSet<ServerConnection>? busy = null;
        while (FindLongestIdle(busy) is var (longest, since))
        {
            if (longest.Control.Evict(since)) return true;

            // Each look passes all connections, and must not hold up the thread that accepts.
            busy ??= [];
            if (busy.Count == MaxBusy) return false;
            busy.Add(longest);
        }

        return false;
    }

    /// <summary>Completes when no connection is open.</summary>
    public Task WhenEmptyAsync()
    {
        lock (_lock)
        {
            if (_connections.Count == 0) return Task.CompletedTask;
            _empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _empty.Task;
        }
    }

    public void AddTo(Census census)
    {
        lock (_lock)
        {
            foreach (ServerConnection connection in _connections)
                census.Add(connection.State, connection.ActiveMethod, connection.Scheme);
        }
    }

    /// <summary>Copies the open connections into a list that is reused.</summary>
    public void CopyTo(List<ServerConnection> list)
    {
        list.Clear();
        lock (_lock) list.AddRange(_connections);
    }

    private (ServerConnection Connection, long Since)? FindLongestIdle(HashSet<ServerConnection>? busy)
    {
        (ServerConnection? longest, Idleness idleness, long since) = (null, Idleness.Busy, long.MaxValue);
        lock (_lock)
        {
            foreach (ServerConnection connection in _connections)
            {
                long itsSince = connection.IdleSince;
                Idleness its = connection.MayBeEvicted ? connection.Idleness : Idleness.Busy;
                bool isLonger = its < idleness || (its == idleness && its != Idleness.Busy && itsSince < since);
                if (isLonger && busy?.Contains(connection) != true) (longest, idleness, since) = (connection, its, itsSince);
            }
        }

        return longest is null ? null : (longest, since);
    }
}
