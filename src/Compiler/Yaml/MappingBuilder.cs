namespace Slipway.Compiler.Yaml;

/// <summary>Gathers the entries of a mapping as a Ruby hash would: a key written again keeps its first place and takes the last value.</summary>
internal sealed class MappingBuilder
{
    /// <summary>Below this many entries looking at each is quicker than an index.</summary>
    private const int Few = 8;

    private readonly List<ConfigEntry> _entries;
    private Dictionary<string, int>? _index;

    public MappingBuilder(int capacity = 4) => _entries = new List<ConfigEntry>(capacity);

    public MappingBuilder(ConfigMapping from)
        : this(from.Entries.Count + 4)
    {
        _entries.AddRange(from.Entries);
    }

    public ConfigMapping Build(Position at) => new(at, _entries);

    public void Set(ConfigEntry entry)
    {
        var i = IndexOf(entry.Key);
        if (i >= 0)
        {
            _entries[i] = entry;
            return;
        }
        _index?.Add(entry.Key, _entries.Count);
        _entries.Add(entry);
    }

    public ConfigEntry? Get(string key) => IndexOf(key) is >= 0 and var i ? _entries[i] : null;

    /// <summary>
    /// The merge key <c>&lt;&lt;</c>, at its position: entries set before are overridden, those set later will override. Of a list the
    /// earlier maps win over the later ones.
    /// </summary>
    /// <param name="isList">Whether the list itself is written here; Psych does not merge a list that comes through an alias.</param>
    /// <returns>False when <paramref name="value"/> is nothing to merge; Psych then keeps an ordinary key <c>&lt;&lt;</c>.</returns>
    public bool Merge(ConfigNode value, bool isList)
    {
        if (value is ConfigMapping mapping)
        {
            SetAll(mapping);
            return true;
        }
        if (!isList || value is not ConfigSequence list || list.Items.Any(item => item is not ConfigMapping))
            return false;
        var joined = new MappingBuilder();
        for (var i = list.Items.Count - 1; i >= 0; i--)
            joined.SetAll((ConfigMapping)list.Items[i]);
        foreach (var entry in joined._entries)
            Set(entry);
        return true;
    }

    private void SetAll(ConfigMapping mapping)
    {
        for (var i = 0; i < mapping.Entries.Count; i++)
            Set(mapping.Entries[i]);
    }

    private int IndexOf(string key)
    {
        if (_entries.Count > Few)
            return (_index ??= BuildIndex()).TryGetValue(key, out var at) ? at : -1;
        for (var i = 0; i < _entries.Count; i++)
        {
            if (string.Equals(_entries[i].Key, key, StringComparison.Ordinal))
                return i;
        }
        return -1;
    }

    private Dictionary<string, int> BuildIndex()
    {
        var index = new Dictionary<string, int>(_entries.Count * 2, StringComparer.Ordinal);
        for (var i = 0; i < _entries.Count; i++)
            index[_entries[i].Key] = i;
        return index;
    }
}
