using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Keywords;

/// <summary>Reads a node once, however many jobs it hangs in (by anchor, extends or default).</summary>
internal sealed class SharedNodes<T>(Func<ConfigNode, T> read)
{
    private readonly Dictionary<ConfigNode, T> _known = new(ReferenceEqualityComparer.Instance);

    public T? Read(ConfigNode? node)
    {
        if (node is null)
            return default;
        if (!_known.TryGetValue(node, out var value))
            _known[node] = value = read(node);
        return value;
    }
}
