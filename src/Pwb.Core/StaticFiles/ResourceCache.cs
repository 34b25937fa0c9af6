using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Pwb.StaticFiles;

/// <summary>Resources by the target that leads to them, within a budget of bytes.</summary>
/// <param name="maxLength">The budget.</param>
/// <param name="large">The contents of larger files, which count too.</param>
internal sealed class ResourceCache(long maxLength, LargeContents large)
{
    // The approximate memory of an entry besides its key and its representations: the resource, its arrays, a node and a bucket
    // of the dictionary.
    private const int EntryCost = 512;

    private readonly ConcurrentDictionary<byte[], Resource> _resources = new(TargetComparer.Instance);
    private readonly Lock _lock = new();
    private long _length;

    public bool TryGet(ReadOnlySpan<byte> target, [NotNullWhen(true)] out Resource? resource) =>
        _resources.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(target, out resource);

    /// <summary>Keeps a resource in place of the old one. The least recently used resources make room.</summary>
    public void Set(Resource resource)
    {
        lock (_lock)
        {
            Remove(resource.Target, successor: resource);
            resource.Cost = EntryCost + resource.Target.Length + resource.RepresentationCost;
            if (resource.Cost > maxLength) return;

            _length += resource.Cost;
            _resources[resource.Target] = resource;
            MakeRoom();
        }
    }

    public void Remove(ReadOnlySpan<byte> target)
    {
        lock (_lock) Remove(target, successor: null);
    }

    /// <summary>Removes the least recently used resources until the rest is within the budget.</summary>
    public void MakeRoom()
    {
        lock (_lock)
        {
            long left = maxLength - large.Length;
            if (_length > left) Shrink(left - (left / 4)); // so that the next ones need not sort again
        }
    }

    private void Remove(ReadOnlySpan<byte> target, Resource? successor)
    {
        if (!_resources.GetAlternateLookup<ReadOnlySpan<byte>>().TryRemove(target, out Resource? old)) return;

        _length -= old.Cost;
        foreach (LargeContent content in old.LargeContentsBesides(successor)) large.Drop(content);
    }

    private void Shrink(long length)
    {
        foreach (Resource resource in _resources.Values.OrderBy(resource => resource.UsedAt))
        {
            if (_length <= length) break;
            Remove(resource.Target);
        }
    }

    private sealed class TargetComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static readonly TargetComparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

        // Seeded by the process, so that clients cannot make targets collide.
        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            HashCode hash = default;
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
