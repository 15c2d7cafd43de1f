using System.Collections.Immutable;
using Slipway.Compiler.Yaml;
using static Slipway.Compiler.Keywords.Shapes.CommonShapes;
using static Slipway.Compiler.Keywords.Shapes.SchemaText;

namespace Slipway.Compiler.Keywords.Shapes;

/// <summary><c>rules</c> of jobs and of the workflow, and what came before them: <c>only</c> and <c>except</c>.</summary>
internal static class RuleShapes
{
    private const int MostPaths = 50;
    private const string TooManyPaths = "has too many entries (maximum 50)";

    private static readonly Shape s_paths = new Shape.Texts { Max = MostPaths, TooMany = TooManyPaths };

    /// <summary>One pattern in place of the globs. GitLab's is Ruby's; what of it is not RE2's too is told when the rule is asked.</summary>
    private static readonly Keyword s_regexp = Keyword.Part("regexp", new Shape.Text { MaxLength = 255, Required = true });

    private static readonly MapRule s_noPaths = new MapRule.Test(NoPaths)
    {
        Schema = """{"anyOf":[{"required":["paths"]},{"required":["regexp"]}]}""",
    };

    private static readonly Shape s_changes = new Shape.ByKind("should be an array or a hash", Bare: true)
    {
        OnList = s_paths,
        OnMap = new Shape.Map(Keyword.Part("paths", s_paths), Keyword.Part("compare_to", Text), s_regexp)
        {
            Rules = [s_noPaths, new MapRule.Exclusive("paths", "regexp")],
        },
    };

    private static readonly Shape s_exists = new Shape.ByKind("should be a string, an array of strings, or a hash", Bare: true)
    {
        OnText = Anything,
        OnList = s_paths,
        OnMap = new Shape.Map(Keyword.Part("paths", s_paths), Keyword.Part("project", Text), Keyword.Part("ref", Text), s_regexp)
        {
            Rules =
            [
                s_noPaths,
                new MapRule.Exclusive("paths", "regexp"),
                new MapRule.Test(RefWithoutProject) { Schema = If(Set("ref"), """{"required":["project"]}""") },
            ],
        },
    };

    public static Shape AutoCancel { get; } =
        new Shape.Map(
            Keyword.Part("on_new_commit", MustBeOneOf("conservative", "interruptible", "none")),
            Keyword.Part("on_job_failure", MustBeOneOf("none", "all"))
        );

    private static readonly ImmutableArray<Keyword> s_clauses =
    [
        Keyword.Part("if", new Shape.Expression()),
        new("changes", s_changes),
        new("exists", s_exists),
        Keyword.Part("start_in", Anything),
        Keyword.Part("allow_failure", Flag),
        new("variables", VariableShapes.Plain),
        new("needs", NeedShapes.OfRule),
    ];

    private static readonly ImmutableArray<MapRule> s_rules =
    [
        new MapRule.NotEmpty(),
        new MapRule.Test(Delay) { Schema = Delays.SchemaOfRule },
    ];

    public static Shape OfJob { get; } =
        new Shape.Items(
            new Shape.Map([
                .. s_clauses,
                When("on_success", "on_failure", "always", "never", "manual", "delayed"),
                Keyword.Part("interruptible", Flag),
            ])
            {
                Rules = s_rules,
            },
            "rule"
        )
        {
            OfMaps = true,
            Required = true,
            TypeIsPart = true,
            Wrong = "should be an array containing hashes and arrays of hashes",
        };

    public static Shape OfWorkflow { get; } =
        new Shape.Items(new Shape.Map([.. s_clauses, When("always", "never"), new("auto_cancel", AutoCancel)]) { Rules = s_rules }, "rule")
        {
            Required = true,
        };

    public static Shape Policy { get; } =
        new Shape.ByKind("has to be either an array of conditions or a hash", Bare: true)
        {
            OnList = new Shape.Refs(),
            OnMap = new Shape.Map(
                Keyword.Part("refs", new Shape.Refs()),
                Keyword.Part("kubernetes", new Shape.Choice("unknown value", "active") { NamesValue = true }),
                Keyword.Part("variables", new Shape.Expressions()),
                Keyword.Part("changes", Texts)
            )
            {
                Rules = [new MapRule.NotEmpty()],
            },
        };

    private static Keyword When(params ImmutableArray<string> values) =>
        Keyword.Part("when", new Shape.Choice("unknown value", values) { NamesValue = true });

    private static Complaint? NoPaths(ConfigMapping clause) =>
        clause.Has("paths") || clause.Has("regexp")
            ? null
            : new Complaint(DiagnosticCode.Missing, "paths", "missing required keys: paths", "config");

    private static Complaint? RefWithoutProject(ConfigMapping exists) =>
        IsSet(exists, "ref") && !exists.Has("project")
            ? new Complaint(DiagnosticCode.Missing, "ref", "missing required keys: project", "config")
            : null;

    private static Complaint? Delay(ConfigMapping rule)
    {
        if (TextAt(rule, "when") != "delayed")
            return rule.Has("start_in")
                ? new Complaint(DiagnosticCode.CannotBeTogether, "start_in", "contains disallowed keys: start_in", "config")
                : null;
        if (!IsSet(rule, "start_in"))
            return new Complaint(DiagnosticCode.Missing, "start_in", "can't be blank");
        return Delays.Complain(rule);
    }
}
