using System.Collections.Immutable;
using Slipway.Compiler.Keywords.Shapes;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Keywords;

/// <summary>
/// Takes values out of nodes whose shape has been checked. What is absent, null or was refused reads as <see langword="null"/> or empty,
/// so a mistake in one place does not make another elsewhere.
/// </summary>
internal sealed class NodeReading(ShapeCheck check)
{
    public ConfigNode? Node(ConfigMapping map, string key) =>
        map[key] is { } node && node is not ConfigScalar { IsNull: true } && !check.IsBad(node) ? node : null;

    public ConfigMapping? Map(ConfigMapping map, string key) => Node(map, key) as ConfigMapping;

    public bool IsBad(ConfigNode node) => check.IsBad(node);

    /// <summary>A scalar as text, whatever its type.</summary>
    public string? Text(ConfigMapping map, string key) => (Node(map, key) as ConfigScalar)?.Text;

    public TextAt? TextAt(ConfigMapping map, string key) => Node(map, key) is ConfigScalar text ? new TextAt(text.Text, text.At) : null;

    public bool? Flag(ConfigMapping map, string key) =>
        Node(map, key) is ConfigScalar { Kind: ScalarKind.Boolean } flag ? flag.IsTrue : null;

    /// <summary>A text or texts, nested lists flattened.</summary>
    public ImmutableArray<string> Texts(ConfigMapping map, string key) => Node(map, key) is { } node ? Texts(node) : [];

    public ImmutableArray<TextAt>? TextsAt(ConfigMapping map, string key) => Node(map, key) is { } node ? TextsAt(node) : null;

    public static ImmutableArray<string> Texts(ConfigNode node) =>
        node switch
        {
            ConfigScalar { IsNull: false } text => [text.Text],
            ConfigSequence list => [.. ShapeCheck.Flatten(list).OfType<ConfigScalar>().Select(item => item.Text)],
            _ => [],
        };

    public static ImmutableArray<TextAt> TextsAt(ConfigNode node) =>
        node switch
        {
            ConfigScalar { IsNull: false } text => [new TextAt(text.Text, text.At)],
            ConfigSequence list => [.. ShapeCheck.Flatten(list).OfType<ConfigScalar>().Select(item => new TextAt(item.Text, item.At))],
            _ => [],
        };

    /// <summary>The maps of a list that can be read.</summary>
    public IEnumerable<ConfigMapping> Maps(ConfigNode? list) =>
        list is ConfigSequence sequence ? ShapeCheck.Flatten(sequence).OfType<ConfigMapping>().Where(map => !check.IsBad(map)) : [];
}
