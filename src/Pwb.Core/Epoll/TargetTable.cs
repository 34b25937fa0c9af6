namespace Pwb.Epoll;

/// <summary>
/// Finds the target of an event. The key that the system is given is the number of a place, and how often the place has changed
/// its owner. It is no address, because an event may come out after its target has gone.
/// </summary>
internal sealed class TargetTable
{
    private const int FirstCapacity = 64;

    private readonly Lock _lock = new();
    private readonly Stack<int> _free = new();
    private volatile Place[] _places = new Place[FirstCapacity];
    private int _used;
    private int _count;

    /// <summary>The number of targets.</summary>
    public int Count => Volatile.Read(ref _count);

    public ulong Add(IReadyTarget target)
    {
        lock (_lock)
        {
            if (!_free.TryPop(out int index)) index = _used++;
            Place[] places = _places;
            if (index == places.Length)
            {
                Array.Resize(ref places, index * 2);
                _places = places;
            }

            places[index].Target = target;
            _count++;
            return ((ulong)places[index].Owners << 32) | (uint)index;
        }
    }

    public void Remove(ulong key)
    {
        lock (_lock)
        {
            int index = (int)(uint)key;
            ref Place place = ref _places[index];
            place.Owners++;
            place.Target = null;
            _free.Push(index);
            _count--;
        }
    }

    /// <summary>Returns the target of a key; null if it has gone, or the key is of none.</summary>
    public IReadyTarget? Find(ulong key)
    {
        Place[] places = _places;
        uint index = (uint)key;
        if (index >= places.Length) return null;

        // If the place changes its owner between the two reads, the new one looks in vain for what has happened: no harm.
        IReadyTarget? target = Volatile.Read(ref places[index].Target);
        return Volatile.Read(ref places[index].Owners) == (uint)(key >> 32) ? target : null;
    }

    private struct Place
    {
        public IReadyTarget? Target;
        public uint Owners;
    }
}
