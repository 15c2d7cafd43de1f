using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Origins;

/// <summary>
/// Which top-level entry (job, template, keyword) each part of a configuration was written in, and by what way it got into another one. Nodes
/// keep their places through all merging, so the place alone tells. Made only when somebody asks.
/// </summary>
/// <param name="included">With all files in one and nothing extended or referred to yet.</param>
internal sealed class OriginMap(ConfigMapping included)
{
    private readonly Dictionary<Position, string> _owners = OwnersIn(included);
    private readonly Dictionary<string, Dictionary<string, Position>> _ancestors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<Position>> _places = new(StringComparer.Ordinal);
    private readonly Dictionary<ConfigNode, HashSet<Position>> _below = new(ReferenceEqualityComparer.Instance);
    private ILookup<string, ConfigReference>? _references;

    /// <summary>The entry in which something was written; <see langword="null"/> for what is written nowhere.</summary>
    public string? OwnerOf(Position at) => _owners.GetValueOrDefault(at);

    /// <summary>By what way the part written at <paramref name="at"/> is in the entry <paramref name="name"/>.</summary>
    public Way WayTo(string name, Position at)
    {
        if (OwnerOf(at) is not { } owner || owner == name)
            return Way.Own;
        if (AncestorsOf(name).ContainsKey(owner))
            return Way.Extends;
        return Holds(name, at) || AncestorsOf(name).Keys.Any(ancestor => Holds(ancestor, at)) ? Way.Anchor : Way.Reference;
    }

    /// <summary>All that an entry extends, directly or through others, each with the place in the entry's own <c>extends</c> that leads there.</summary>
    public IReadOnlyDictionary<string, Position> AncestorsOf(string name)
    {
        if (_ancestors.TryGetValue(name, out var known))
            return known;
        var found = new Dictionary<string, Position>(StringComparer.Ordinal);
        foreach (var (parent, at) in ParentsOf(name))
        {
            var open = new Stack<string>([parent]);
            while (open.TryPop(out var ancestor))
            {
                if (!found.TryAdd(ancestor, at))
                    continue;
                foreach (var (above, _) in ParentsOf(ancestor))
                    open.Push(above);
            }
        }
        return _ancestors[name] = found;
    }

    /// <summary>Whether a part written at <paramref name="at"/> stands in the entry before anything is extended or referred to.</summary>
    public bool Holds(string name, Position at)
    {
        if (!_places.TryGetValue(name, out var places))
        {
            _places[name] = places = [];
            if (included.Entry(name) is { } entry)
                Walk(entry, place => places.Add(place));
        }
        return places.Contains(at);
    }

    /// <summary>The places of the <c>!reference</c>s that lead to what was written at a place.</summary>
    public IEnumerable<Position> ReferencesTo(string owner, Position at)
    {
        _references ??= References(included).ToLookup(reference => reference.Path is [var first, ..] ? first : "", StringComparer.Ordinal);
        return _references[owner].Where(reference => TargetOf(reference) is { } target && Below(target).Contains(at)).Select(r => r.At);
    }

    private ConfigNode? TargetOf(ConfigReference reference)
    {
        ConfigNode? node = included;
        foreach (var name in reference.Path)
            node = (node as ConfigMapping)?[name];
        return node;
    }

    /// <summary>All places in a node.</summary>
    private HashSet<Position> Below(ConfigNode node)
    {
        if (!_below.TryGetValue(node, out var places))
        {
            _below[node] = places = [];
            Walk(node, place => places.Add(place));
        }
        return places;
    }

    private static IEnumerable<ConfigReference> References(ConfigNode node) =>
        !node.HasReference
            ? []
            : node switch
            {
                ConfigReference reference => [reference],
                ConfigSequence sequence => sequence.Items.SelectMany(References),
                ConfigMapping mapping => mapping.Entries.SelectMany(entry => References(entry.Value)),
                _ => [],
            };

    private IEnumerable<(string Name, Position At)> ParentsOf(string name) =>
        (included[name] as ConfigMapping)?["extends"] switch
        {
            ConfigScalar { IsNull: false } one => [(one.Text, one.At)],
            ConfigSequence several => several.Items.OfType<ConfigScalar>().Select(item => (item.Text, item.At)),
            _ => [],
        };

    private static Dictionary<Position, string> OwnersIn(ConfigMapping root)
    {
        var owners = new Dictionary<Position, string>();
        foreach (var entry in root.Entries)
        {
            Walk(
                entry,
                place =>
                {
                    if (!owners.TryGetValue(place, out var other) || Nearness(root, other, place) < Nearness(root, entry.Key, place))
                        owners[place] = entry.Key;
                }
            );
        }
        return owners;
    }

    /// <summary>Of entries that share a node by an anchor, the last one that begins above it has written it.</summary>
    private static int Nearness(ConfigMapping root, string name, Position place) =>
        root.Entry(name) is { At: var at } && at.File == place.File && at.Line <= place.Line ? at.Line : 0;

    private static void Walk(in ConfigEntry entry, Action<Position> visit)
    {
        visit(entry.At);
        Walk(entry.Value, visit);
    }

    private static void Walk(ConfigNode node, Action<Position> visit)
    {
        visit(node.At);
        if (node is ConfigMapping mapping)
        {
            foreach (var entry in mapping.Entries)
                Walk(entry, visit);
        }
        else if (node is ConfigSequence sequence)
        {
            foreach (var item in sequence.Items)
                Walk(item, visit);
        }
    }
}

/// <summary>How a part of one entry came to be in another.</summary>
internal enum Way
{
    /// <summary>It was written there.</summary>
    Own,
    Extends,
    Anchor,
    Reference,
}
