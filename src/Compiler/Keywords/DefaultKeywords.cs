using Slipway.Compiler.Keywords.Shapes;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Keywords;

/// <summary>What jobs inherit: <c>default:</c>, and the older keywords of the same names at the top level.</summary>
internal sealed class DefaultKeywords
{
    private readonly Dictionary<string, ConfigNode> _nodes = new(StringComparer.Ordinal);

    /// <param name="defaults">The value of <c>default:</c>, or <see langword="null"/>.</param>
    public static DefaultKeywords Read(ConfigMapping root, ConfigMapping? defaults, NodeReading read, ShapeCheck check)
    {
        var result = new DefaultKeywords();
        foreach (var keyword in KeywordTable.AllAt(Where.Default).Values)
        {
            var inDefault = defaults is null ? null : read.Node(defaults, keyword.Name);
            var atTop = keyword.Where.HasFlag(Where.TopLevel) ? read.Node(root, keyword.Name) : null;
            if (inDefault is not null && atTop is not null)
            {
                var text = $"{keyword.Name} is defined in top-level and `default:` entry";
                check.Tell(DiagnosticCode.DefaultTwice, text, text, defaults!.Entry(keyword.Name)!.Value.At, "Keep the one in `default:`.");
            }
            if ((inDefault ?? atTop) is { } node)
                result._nodes[keyword.Name] = node;
        }
        return result;
    }

    public ConfigNode? this[string key] => _nodes.GetValueOrDefault(key);
}
