using System.Collections.Immutable;
using Slipway.Compiler.Yaml;
using static Slipway.Compiler.Keywords.Shapes.CommonShapes;
using static Slipway.Compiler.Keywords.Shapes.SchemaText;

namespace Slipway.Compiler.Keywords.Shapes;

/// <summary><c>needs</c> and <c>parallel</c>.</summary>
internal static class NeedShapes
{
    private const int MostInstances = 200;

    private static readonly Shape s_row = new Shape.Named(Anything)
    {
        Test = Row,
        Wrong = RowWrong,
        Schema =
            """{"minProperties":1,"additionalProperties":{"anyOf":[{"type":"string","pattern":"\\S"},{"type":"number"},{"type":"array","minItems":1,"items":{"type":["string","number"]}}]}}""",
    };
    private const string RowWrong = "should be a hash of key value pairs, value can be an array";

    private static readonly Shape s_matrix = new Shape.Map(
        new Keyword(
            "matrix",
            new Shape.Items(s_row, "variables")
            {
                OfMaps = true,
                Wrong = "should be an array of hashes",
                Test = TooManyInstances,
                Untold = "parallel:matrix makes at most 200 jobs",
            }
        )
    )
    {
        Rules = [new MapRule.Required("matrix"), new MapRule.Test(NoMatrix) { Schema = Key("matrix", """{"not":{"type":"null"}}""") }],
    };

    public static Shape Parallel { get; } =
        new Shape.ByKind("should be an integer or a hash", Bare: true) { OnNumber = new Shape.Number(1, MostInstances), OnMap = s_matrix };

    private const string OnlyMatrix = "cannot use \"parallel: <number>\".";

    /// <summary>Of trigger jobs: only a matrix.</summary>
    public static Shape ParallelMatrix { get; } =
        new Shape.ByKind("should be an integer or a hash", Bare: true)
        {
            OnNumber = new Shape.Text { Wrong = OnlyMatrix },
            OnMap = s_matrix,
        };

    /// <summary>Of needs: the same, but GitLab tells a number of the needs as a whole.</summary>
    private static readonly Shape s_parallelOfNeed = new Shape.ByKind("should be an integer or a hash", Bare: true)
    {
        OnNumber = new Shape.Anything { Schema = Not("{}") },
        OnMap = s_matrix,
    };

    private static readonly Keyword s_job = Keyword.Part("job", RequiredText);
    private static readonly Keyword s_artifacts = Keyword.Part("artifacts", Flag);
    private static readonly Keyword s_optional = Keyword.Part("optional", Flag);

    private static readonly Shape s_jobNeed = new Shape.Map(s_job, s_artifacts, s_optional, new Keyword("parallel", s_parallelOfNeed))
    {
        Rules = [new MapRule.Present("job")],
    };

    private static readonly Shape s_crossPipelineNeed = new Shape.Map(
        Keyword.Part("pipeline", RequiredText),
        s_job,
        s_artifacts,
        s_optional
    )
    {
        Rules = [new MapRule.Present("pipeline"), new MapRule.Present("job")],
    };

    private static readonly Shape s_crossProjectNeed = new Shape.Map(
        Keyword.Part("project", RequiredText),
        Keyword.Part("ref", RequiredText),
        s_job,
        s_artifacts
    )
    {
        Rules = [new MapRule.Present("project"), new MapRule.Present("ref"), new MapRule.Present("job")],
    };

    private static readonly Shape s_upstreamNeed = new Shape.Map(Keyword.Part("pipeline", RequiredText))
    {
        Rules = [new MapRule.Present("pipeline")],
    };

    public static Shape OfJob { get; } = Needs("job", "cross_dependency");
    public static Shape OfTriggerJob { get; } = Needs("job", "bridge");
    public static Shape OfRule { get; } = Needs("job");

    /// <summary>Which kind of need a map is, in GitLab's words: <c>job</c>, <c>cross_dependency</c> or <c>bridge</c>.</summary>
    public static string KindOf(ConfigNode need) =>
        need is not ConfigMapping map ? "job"
        : map.Has("project") || map.Has("ref") || (map.Has("job") && map.Has("pipeline")) ? "cross_dependency"
        : map.Has("job") ? "job"
        : "bridge";

    private static Shape PickNeed(ConfigMapping need) =>
        KindOf(need) switch
        {
            "job" => s_jobNeed,
            "bridge" => s_upstreamNeed,
            _ => need.Has("project") || need.Has("ref") ? s_crossProjectNeed : s_crossPipelineNeed,
        };

    /// <param name="kinds">Those that may stand here; the others are told as a whole, and still looked into.</param>
    private static Shape.ByKind Needs(params ImmutableArray<string> kinds)
    {
        ImmutableArray<Shape> maps =
        [
            .. kinds.Contains("job") ? (Shape[])[s_jobNeed] : [],
            .. kinds.Contains("cross_dependency") ? (Shape[])[s_crossPipelineNeed, s_crossProjectNeed] : [],
            .. kinds.Contains("bridge") ? (Shape[])[s_upstreamNeed] : [],
        ];
        var need = new Shape.ByKind("has an unsupported type", Bare: true)
        {
            OnText = RequiredText,
            OnMap = new Shape.OneOf("has an unsupported type", PickNeed, maps),
        };
        var list = new Shape.Items(need, "need")
        {
            AllowsOne = true,
            WrongWhenEmpty = "can not be an empty hash",
            Test = items => WrongKinds(items, kinds),
            Untold = $"at most {MostElsewhere} needs are of other projects, and as many of other pipelines",
        };
        return new("can only be a hash or an array") { OnList = list, OnMap = list };
    }

    /// <summary>Of other projects, and as many of other pipelines.</summary>
    private const int MostElsewhere = 5;

    /// <summary>What GitLab says about the needs as a whole, and where.</summary>
    private static (string Text, ConfigNode Item)? WrongKinds(IReadOnlyList<ConfigNode> items, ImmutableArray<string> kinds)
    {
        var number = items.Select(item => (item as ConfigMapping)?["parallel"]).FirstOrDefault(IsNumber);
        if (number is not null)
            return (OnlyMatrix, number);
        ConfigNode[] wrong =
        [
            .. items.Where(item => item is ConfigMapping or ConfigScalar { IsString: true } && !kinds.Contains(KindOf(item))),
        ];
        if (wrong.Length > 0)
            return ($"uses invalid types: {string.Join(", ", wrong.Select(KindOf).Distinct())}", wrong[0]);
        return TooMany(items.Where(item => item is ConfigMapping map && map.Has("project")))
            ?? TooMany(items.Where(item => item is ConfigMapping map && map.Has("pipeline") && map.Has("job") && !map.Has("project")));
    }

    private static bool IsNumber(ConfigNode? node) => node is ConfigScalar { Kind: ScalarKind.Integer or ScalarKind.Float };

    private static (string Text, ConfigNode Item)? TooMany(IEnumerable<ConfigNode> needs) =>
        needs.Skip(MostElsewhere).FirstOrDefault() is { } extra ? ($"must be less than or equal to {MostElsewhere}", extra) : null;

    private static string? Row(ConfigMapping row)
    {
        if (row.Entries.Count == 0)
            return "requires at least 1 items";
        return row.Entries.All(entry => IsMatrixValue(entry.Value)) ? null : RowWrong;
    }

    private static bool IsMatrixValue(ConfigNode value) =>
        value switch
        {
            ConfigScalar { Kind: ScalarKind.String } text => !string.IsNullOrWhiteSpace(text.Text),
            ConfigSequence list => list.Items.Count > 0 && list.Items.All(IsAlphanumeric),
            _ => IsAlphanumeric(value),
        };

    /// <summary>Numbers with a point, which GitLab's check leaves out and its schema takes, are taken.</summary>
    private static bool IsAlphanumeric(ConfigNode value) =>
        value is ConfigScalar { Kind: ScalarKind.String or ScalarKind.Integer or ScalarKind.Float };

    private static Complaint? NoMatrix(ConfigMapping parallel) =>
        parallel.Has("matrix") && !IsSet(parallel, "matrix") ? new Complaint(DiagnosticCode.Missing, "matrix", "can't be blank") : null;

    private static (string Text, ConfigNode Item)? TooManyInstances(IReadOnlyList<ConfigNode> rows)
    {
        var count = 0L;
        foreach (var row in rows.OfType<ConfigMapping>())
        {
            count += row.Entries.Aggregate(
                1L,
                (product, entry) => Math.Min(product * (entry.Value is ConfigSequence list ? list.Items.Count : 1), int.MaxValue)
            );
            if (count > MostInstances)
                return ($"generates too many jobs (maximum is {MostInstances})", row);
        }
        return null;
    }
}
