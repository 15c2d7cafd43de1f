using Newtonsoft.Json.Linq;
using Newtonsoft.Json.Schema;
using Slipway.Compiler.Keywords.Shapes;
using Xunit;

namespace Slipway.Compiler.Tests.Schema;

/// <summary>What the keyword table checks with functions, and what stands beside them for the schema.</summary>
public sealed class ShapeSchemaTests
{
    private static readonly string[] s_pieces =
    [
        "a",
        "Z",
        "7",
        "_",
        "-",
        " ",
        "/",
        ".",
        "..",
        "$",
        "{",
        "}",
        "*",
        ":",
        "%2F",
        "%2e",
        "push",
        "production",
        "\n",
        "é",
        "~",
        "\\",
        "[",
    ];

    [Fact]
    public void Every_function_is_told_as_schema_or_listed_as_what_no_schema_can_say()
    {
        var silent = Shapes()
            .Where(found => Functions(found.Shape) && found.Shape is { Schema: null, Untold: null })
            .Select(found => found.Path);
        var silentRules = Shapes()
            .Where(found => found.Shape is Shape.Map)
            .SelectMany(found => ((Shape.Map)found.Shape).Rules.Select(rule => (found.Path, Rule: rule)))
            .Concat(JobPartShapes.RulesOfScriptJobs.Select(rule => (Path: "job", Rule: rule)))
            .Where(found => found.Rule is MapRule.Test or MapRule.Present { When: not null })
            .Where(found => found.Rule is { Schema: null, Untold: null })
            .Select(found => found.Path);
        Assert.Empty(silent.Concat(silentRules));
    }

    [Fact]
    public void What_a_function_says_of_a_text_its_schema_says_too()
    {
        var random = new Random(20260101);
        var texts = Enumerable
            .Range(0, 4_000)
            .Select(_ => string.Concat(random.GetItems(s_pieces, random.Next(0, 6))))
            .Distinct()
            .ToArray();
        var tested = 0;
        foreach (var (path, shape) in Shapes())
        {
            if (shape is not Shape.Text { Test: { } test, Schema: { } text })
                continue;
            tested++;
            var errors = Validation.Errors(JSchema.Parse(text), texts.Select(value => new JValue(value)));
            var differing = texts.Where((value, i) => (errors[i].Count == 0) != (test(value) is null)).Select(value => $"{path}: {value}");
            Assert.Empty(differing);
        }

        Assert.True(tested >= 6);
    }

    private static bool Functions(Shape shape) =>
        shape is Shape.Text { Test: not null } or Shape.Named { Test: not null } or Shape.Items { Test: not null };

    private static IEnumerable<(string Path, Shape Shape)> Shapes() =>
        KeywordTable.All.SelectMany(keyword => Walk(keyword.Name, keyword.Shape)).DistinctBy(found => found.Shape);

    private static IEnumerable<(string Path, Shape Shape)> Walk(string path, Shape shape)
    {
        IEnumerable<(string, Shape?)> inner = shape switch
        {
            Shape.Map map => map.Keys.Select(key => ($"{path}:{key.Name}", (Shape?)key.Shape)),
            Shape.Named named => [(path, named.Item)],
            Shape.Items items => [(path, items.Item)],
            Shape.ByKind kinds =>
            [
                (path, kinds.OnText),
                (path, kinds.OnNumber),
                (path, kinds.OnFlag),
                (path, kinds.OnList),
                (path, kinds.OnMap),
            ],
            Shape.OneOf kinds => kinds.Kinds.Select(kind => (path, (Shape?)kind)),
            _ => [],
        };
        return [(path, shape), .. inner.Where(part => part.Item2 is not null).SelectMany(part => Walk(part.Item1, part.Item2!))];
    }
}
