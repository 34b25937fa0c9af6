namespace Pwb.Tests.Architecture;

/// <summary>Finds which types use each other in a circle: strongly connected components, by Tarjan's algorithm.</summary>
internal sealed class Cycles
{
    private readonly IReadOnlyDictionary<string, SortedSet<string>> _uses;
    private readonly Dictionary<string, int> _order = [];
    private readonly Dictionary<string, int> _lowest = [];
    private readonly Stack<string> _open = [];
    private readonly List<string[]> _found = [];

    private Cycles(IReadOnlyDictionary<string, SortedSet<string>> uses) => _uses = uses;

    /// <summary>Each cycle of two or more types, its names sorted.</summary>
    public static IReadOnlyList<string[]> Of(IReadOnlyDictionary<string, SortedSet<string>> uses)
    {
        Cycles cycles = new(uses);
        foreach (string type in uses.Keys) if (!cycles._order.ContainsKey(type)) cycles.Visit(type);
        return cycles._found;
    }

    private void Visit(string type)
    {
        _order[type] = _lowest[type] = _order.Count;
        _open.Push(type);
        foreach (string used in _uses[type].Where(_uses.ContainsKey))
        {
            if (!_order.TryGetValue(used, out int order))
            {
                Visit(used);
                _lowest[type] = Math.Min(_lowest[type], _lowest[used]);
            }
            else if (_open.Contains(used))
            {
                _lowest[type] = Math.Min(_lowest[type], order);
            }
        }

        if (_lowest[type] != _order[type]) return;

        List<string> cycle = [];
        do cycle.Add(_open.Pop());
        while (cycle[^1] != type);
        if (cycle.Count > 1) _found.Add([.. cycle.Order(StringComparer.Ordinal)]);
    }
}
