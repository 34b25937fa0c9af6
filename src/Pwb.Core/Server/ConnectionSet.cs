using Pwb.Telemetry;

namespace Pwb.Server;

/// <summary>The connections of a server that are open.</summary>
internal sealed class ConnectionSet : ICountable
{
    private readonly Lock _lock = new();
    private readonly List<ServerConnection> _connections = []; // each knows its index, which takes less memory than a node for each
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
    /// Makes room: closes the connection that has waited longest for a next request; if none does, the one that has waited longest for
    /// its first.
    /// </summary>
    /// <returns>Whether there was one.</returns>
    public bool CloseLongestIdle()
    {
        ServerConnection? longest = null;
        lock (_lock)
        {
            foreach (ServerConnection connection in _connections)
            {
                if (connection.IdleDueAt < (longest?.IdleDueAt ?? long.MaxValue)) longest = connection;
            }
        }

        return longest is not null && longest.Control.Evict();
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
            foreach (ServerConnection connection in _connections) census.Add(connection.IdleDueAt != long.MaxValue, connection.ActiveMethod, connection.Scheme);
        }
    }

    /// <summary>The connections as they are now, into a list that is reused.</summary>
    public void CopyTo(List<ServerConnection> list)
    {
        list.Clear();
        lock (_lock) list.AddRange(_connections);
    }
}
