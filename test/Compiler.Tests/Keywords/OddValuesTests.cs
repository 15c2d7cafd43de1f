using Slipway.Compiler.Keywords;
using Slipway.Compiler.Keywords.Shapes;
using Slipway.Compiler.Yaml;
using Xunit;

namespace Slipway.Compiler.Tests.Keywords;

/// <summary>Every key the table knows, however deep, with every kind of value: always an answer, never an exception.</summary>
public sealed class OddValuesTests
{
    private static readonly Position s_at = new(Reading.File, 1, 1);

    private static readonly ConfigNode[] s_odd =
    [
        Scalar(ScalarKind.Null, ""),
        Scalar(ScalarKind.Boolean, "true"),
        Scalar(ScalarKind.Boolean, "false"),
        Scalar(ScalarKind.Integer, "1"),
        Scalar(ScalarKind.Integer, "-99999999999999999999"),
        Scalar(ScalarKind.Float, "1.5"),
        Scalar(ScalarKind.Float, ".nan"),
        Scalar(ScalarKind.String, ""),
        Scalar(ScalarKind.String, " "),
        Scalar(ScalarKind.String, "1 day"),
        Scalar(ScalarKind.String, "/x/"),
        Scalar(ScalarKind.String, "delayed"),
        List(),
        List(Scalar(ScalarKind.Null, "")),
        List(Scalar(ScalarKind.Integer, "1")),
        List(Scalar(ScalarKind.String, "a"), List(Scalar(ScalarKind.String, "b"), List())),
        List(Map()),
        List(Map(("a", Scalar(ScalarKind.Null, "")))),
        Map(),
        Map(("a", Scalar(ScalarKind.Null, ""))),
        Map(("a", List(Map()))),
        Map(("matrix", List(Map(("a", List(List())))))),
    ];

    [Fact]
    public void A_keyword_may_have_any_value_in_any_place()
    {
        var read = 0;
        foreach (var keyword in KeywordTable.All)
        {
            foreach (var around in Places(keyword))
            {
                foreach (var value in Values(keyword.Shape, depth: 0))
                {
                    var bag = new DiagnosticBag();
                    var configuration = ConfigurationReader.Read(around(value), bag, Reading.Texts);
                    Assert.Equal(configuration is null, bag.HasErrors);
                    read++;
                }
            }
        }
        Assert.True(read > 5_000, $"only {read} configurations");
    }

    /// <summary>Odd values themselves, and maps and lists of the right shape with one odd value in them.</summary>
    private static IEnumerable<ConfigNode> Values(Shape shape, int depth)
    {
        foreach (var odd in s_odd)
            yield return odd;
        if (depth > 5)
            yield break;
        var inner = shape switch
        {
            Shape.Map map => map.Keys.SelectMany(key => Values(key.Shape, depth + 1).Select(value => (ConfigNode)Map((key.Name, value)))),
            Shape.Named named => Values(named.Item, depth + 1).Select(value => (ConfigNode)Map(("NAME", value))),
            Shape.Items items => Values(items.Item, depth + 1).Select(value => (ConfigNode)List(value)),
            Shape.ByKind kinds => new[] { kinds.OnList, kinds.OnMap }.OfType<Shape>().SelectMany(kind => Values(kind, depth + 1)),
            Shape.OneOf choice => choice.Kinds.SelectMany(kind => Values(kind, depth + 1)),
            _ => [],
        };
        foreach (var value in inner)
            yield return value;
    }

    private static IEnumerable<Func<ConfigNode, ConfigMapping>> Places(Keyword keyword)
    {
        var script = Scalar(ScalarKind.String, "x");
        if (keyword.Where.HasFlag(Where.TopLevel))
            yield return value => Map((keyword.Name, value), ("job", Map(("script", script))));
        if (keyword.Where.HasFlag(Where.Default))
            yield return value => Map(("default", Map((keyword.Name, value))), ("job", Map(("script", script))));
        if (keyword.Where.HasFlag(Where.Job))
            yield return value =>
                Map(("job", Map(keyword.Name == "script" ? [("script", value)] : [("script", script), (keyword.Name, value)])));
        if (keyword.Where.HasFlag(Where.TriggerJob))
            yield return value =>
                Map(
                    (
                        "job",
                        Map(
                            keyword.Name == "trigger"
                                ? [("trigger", value)]
                                : [("trigger", Scalar(ScalarKind.String, "a/b")), (keyword.Name, value)]
                        )
                    )
                );
    }

    private static ConfigScalar Scalar(ScalarKind kind, string text) => new(s_at, kind, text);

    private static ConfigSequence List(params ConfigNode[] items) => new(s_at, items);

    private static ConfigMapping Map(params (string Key, ConfigNode Value)[] entries) =>
        new(s_at, [.. entries.Select(entry => new ConfigEntry(entry.Key, s_at, entry.Value))]);
}
