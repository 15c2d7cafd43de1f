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

    /// <summary>
    /// How much a walk over this node visits: each node once, a long text for every 64 characters once more; shared nodes count each time
    /// they hang in it. Stops growing at <see cref="MaxWeight"/>. So a bomb of aliases is known by one number, and what has passed the loader is safe to walk whole.
    /// </summary>
    public abstract int Weight { get; }

    /// <summary>Containers inside each other, this one included; 0 for a scalar. What has passed the loader is safe to walk by recursion.</summary>
    public abstract int Depth { get; }

    /// <summary>Whether a <c>!reference</c> hangs in here.</summary>
    public abstract bool HasReference { get; }

    public const int MaxWeight = 1_000_000_000;

    private protected static int Add(int weight, int more) => Math.Min(weight + more, MaxWeight);
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
    public override int Weight => 1 + Text.Length / 64;
    public override int Depth => 0;
    public override bool HasReference => false;
}

internal sealed class ConfigSequence : ConfigNode
{
    public ConfigSequence(Position at, IReadOnlyList<ConfigNode> items)
        : base(at)
    {
        Items = items;
        Weight = 1;
        for (var i = 0; i < items.Count; i++)
        {
            Weight = Add(Weight, items[i].Weight);
            Depth = Math.Max(Depth, items[i].Depth);
            HasReference |= items[i].HasReference;
        }
        Depth++;
    }

    public IReadOnlyList<ConfigNode> Items { get; }
    public override int Weight { get; }
    public override int Depth { get; }
    public override bool HasReference { get; }
}

/// <summary><c>!reference [a, b]</c>, not yet resolved. None is left after Compose.</summary>
internal sealed class ConfigReference(Position at, IReadOnlyList<string> path) : ConfigNode(at)
{
    public IReadOnlyList<string> Path { get; } = path;
    public override int Weight => 1;
    public override int Depth => 0;
    public override bool HasReference => true;

    /// <summary>As GitLab prints it: <c>!reference ["a", "b"]</c>.</summary>
    public override string ToString() => $"!reference {RubyText.Inspect(Path)}";
}

/// <param name="Key">The key's text; of a boolean, number or null what <c>to_s</c> gives.</param>
/// <param name="At">Where the key stands.</param>
/// <param name="KeyKind">What YAML 1.1 made of the key: <c>on:</c> is a boolean, <c>1:</c> an integer. GitLab takes neither as the name of a job or variable.</param>
internal readonly record struct ConfigEntry(string Key, Position At, ConfigNode Value, ScalarKind KeyKind = ScalarKind.String);

/// <summary>Ordered; keys are unique (the last of several has won).</summary>
internal sealed class ConfigMapping : ConfigNode
{
    /// <summary>Below this many entries looking at each is quicker than an index.</summary>
    private const int Few = 8;

    private Dictionary<string, int>? _index;

    public ConfigMapping(Position at, IReadOnlyList<ConfigEntry> entries)
        : base(at)
    {
        Entries = entries;
        Weight = 1;
        for (var i = 0; i < entries.Count; i++)
        {
            Weight = Add(Weight, entries[i].Value.Weight);
            Depth = Math.Max(Depth, entries[i].Value.Depth);
            HasReference |= entries[i].Value.HasReference;
        }
        Depth++;
    }

    public IReadOnlyList<ConfigEntry> Entries { get; }
    public override int Weight { get; }
    public override int Depth { get; }
    public override bool HasReference { get; }
    public ConfigNode? this[string key] => IndexOf(key) is >= 0 and var i ? Entries[i].Value : null;

    public bool Has(string key) => IndexOf(key) >= 0;

    public bool TryGet(string key, [NotNullWhen(true)] out ConfigNode? value)
    {
        value = this[key];
        return value is not null;
    }

    /// <summary>The whole entry, for the position of its key.</summary>
    public ConfigEntry? Entry(string key) => IndexOf(key) is >= 0 and var i ? Entries[i] : null;

    /// <summary>The place of <paramref name="key"/> in <see cref="Entries"/>, or -1.</summary>
    public int IndexOf(string key)
    {
        if (Entries.Count <= Few)
            return Search(key);
        return (_index ??= BuildIndex()).TryGetValue(key, out var i) ? i : -1;
    }

    private int Search(string key)
    {
        for (var i = 0; i < Entries.Count; i++)
        {
            if (string.Equals(Entries[i].Key, key, StringComparison.Ordinal))
                return i;
        }
        return -1;
    }

    private Dictionary<string, int> BuildIndex()
    {
        var index = new Dictionary<string, int>(Entries.Count, StringComparer.Ordinal);
        for (var i = 0; i < Entries.Count; i++)
            index[Entries[i].Key] = i;
        return index;
    }
}
