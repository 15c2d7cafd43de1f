using System.Diagnostics.CodeAnalysis;

namespace Slipway.Compiler.Yaml;

/// <summary>
/// A node of a configuration: what the YAML said, where it stood. Nodes are never changed once composed; merging makes new mappings that
/// share the unchanged children, so one node may hang in several places (anchors, extends).
/// </summary>
internal abstract class ConfigNode(Position at)
{
    /// <summary>Where this node begins in the file it came from.</summary>
    public Position At { get; } = at;
}

/// <summary>The type Ruby's Psych (YAML 1.1) gives a scalar; GitLab's checks ask for it.</summary>
internal enum ScalarKind
{
    Null,
    Boolean,
    Integer,
    Float,
    String,
}

/// <param name="text">What <c>to_s</c> gives: <c>5349</c> for <c>012345</c>, <c>true</c> for <c>yes</c>, empty for null. For strings the text itself.</param>
internal sealed class ConfigScalar(Position at, ScalarKind kind, string text) : ConfigNode(at)
{
    public ScalarKind Kind { get; } = kind;
    public string Text { get; } = text;
    public bool IsNull => Kind == ScalarKind.Null;
    public bool IsString => Kind == ScalarKind.String;
    public bool IsTrue => Kind == ScalarKind.Boolean && Text == "true";
}

internal sealed class ConfigSequence(Position at, IReadOnlyList<ConfigNode> items) : ConfigNode(at)
{
    public IReadOnlyList<ConfigNode> Items { get; } = items;
}

/// <summary><c>!reference [a, b]</c>, not yet resolved. None is left after Compose.</summary>
internal sealed class ConfigReference(Position at, IReadOnlyList<string> path) : ConfigNode(at)
{
    public IReadOnlyList<string> Path { get; } = path;
}

/// <param name="At">Where the key stands.</param>
internal readonly record struct ConfigEntry(string Key, Position At, ConfigNode Value);

/// <summary>Ordered; keys are unique (the last of several has won).</summary>
internal sealed class ConfigMapping : ConfigNode
{
    private readonly Dictionary<string, int> _index;

    public ConfigMapping(Position at, IReadOnlyList<ConfigEntry> entries)
        : base(at)
    {
        Entries = entries;
        _index = new Dictionary<string, int>(entries.Count, StringComparer.Ordinal);
        for (var i = 0; i < entries.Count; i++)
            _index[entries[i].Key] = i;
    }

    public IReadOnlyList<ConfigEntry> Entries { get; }
    public ConfigNode? this[string key] => _index.TryGetValue(key, out var i) ? Entries[i].Value : null;
    public bool Has(string key) => _index.ContainsKey(key);

    public bool TryGet(string key, [NotNullWhen(true)] out ConfigNode? value)
    {
        value = this[key];
        return value is not null;
    }

    /// <summary>The whole entry, for the position of its key.</summary>
    public ConfigEntry? Entry(string key) => _index.TryGetValue(key, out var i) ? Entries[i] : null;
}
