namespace Pwb.Epoll;

/// <summary>
/// Finds who is meant by an event. The system is given a place and how often that has changed its owner, and no address: an event
/// may come out after its owner has gone.
/// </summary>
internal sealed class TargetTable
{
    private const int FirstCapacity = 64;

    private readonly Lock _lock = new();
    private readonly Stack<int> _free = new();
    private volatile Place[] _places = new Place[FirstCapacity];
    private int _used;
    private int _count;

    /// <summary>How many there are.</summary>
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

    /// <summary>Null if whoever is meant has gone, or nobody is.</summary>
    public IReadyTarget? Find(ulong key)
    {
        Place[] places = _places;
        uint index = (uint)key;
        if (index >= places.Length) return null;

        // Should the place change its owner between the two, the new one looks in vain for what has happened, which does no harm.
        IReadyTarget? target = Volatile.Read(ref places[index].Target);
        return Volatile.Read(ref places[index].Owners) == (uint)(key >> 32) ? target : null;
    }

    private struct Place
    {
        public IReadyTarget? Target;
        public uint Owners;
    }
}
