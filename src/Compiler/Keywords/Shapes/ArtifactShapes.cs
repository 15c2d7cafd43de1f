using System.Collections.Immutable;
using Slipway.Compiler.Yaml;
using static Slipway.Compiler.Keywords.Shapes.CommonShapes;
using static Slipway.Compiler.Keywords.Shapes.SchemaText;

namespace Slipway.Compiler.Keywords.Shapes;

/// <summary><c>artifacts</c>.</summary>
internal static class ArtifactShapes
{
    /// <summary>
    /// Each uploads files of its own type. license_management, which GitLab has dropped, still stands in old files and is harmless.
    /// </summary>
    public static ImmutableArray<string> FileReports { get; } =
    [
        "accessibility",
        "annotations",
        "api_fuzzing",
        "browser_performance",
        "cluster_image_scanning",
        "codequality",
        "container_scanning",
        "coverage_fuzzing",
        "cyclonedx",
        "dast",
        "dependency_scanning",
        "dotenv",
        "junit",
        "license_management",
        "license_scanning",
        "load_performance",
        "lsif",
        "metrics",
        "performance",
        "repository_xray",
        "requirements",
        "requirements_v2",
        "sarif",
        "sast",
        "secret_detection",
        "terraform",
    ];

    private static readonly Shape s_coverageReport = new Shape.Map(
        Keyword.Part("coverage_format", new Shape.Choice("must be one of supported formats: cobertura, jacoco.", "cobertura", "jacoco")),
        Keyword.Part("path", RequiredText)
    )
    {
        Rules = [new MapRule.Present("coverage_format"), new MapRule.Present("path")],
    };

    private static readonly Shape s_reports = new Shape.Map([
        .. FileReports.Select(name => Keyword.Part(name, TextOrTexts)),
        new("coverage_report", s_coverageReport),
    ])
    {
        TypeIsPart = true,
    };

    public static Shape Artifacts { get; } =
        new Shape.Map(
            Keyword.Part("name", Text),
            Keyword.Part("untracked", Flag),
            Keyword.Part("paths", Texts),
            new("reports", s_reports),
            Keyword.Part("when", SaveWhen),
            Keyword.Part("expire_in", ExpireIn),
            Keyword.Part(
                "expose_as",
                new Shape.Text
                {
                    MaxLength = 100,
                    Test = ExposeAs,
                    Schema = Pattern(@"^[A-Za-z0-9_][-A-Za-z0-9_ ]*\z"),
                }
            ),
            Keyword.Part("exclude", Texts),
            Keyword.Part("public", Flag),
            Keyword.Part("access", OneOfThese("none", "developer", "maintainer", "all"))
        )
        {
            Rules =
            [
                new MapRule.Exclusive("access", "public"),
                new MapRule.Present("paths") { When = map => IsSet(map, "expose_as"), Schema = Set("expose_as") },
                new MapRule.Test(ExposedGlob) { Schema = If(Set("expose_as"), Key("paths", """{"items":{"not":{"pattern":"[*]"}}}""")) },
            ],
        };

    private static string? ExposeAs(string name) =>
        name.Length > 0 && IsWord(name[0]) && name.All(c => IsWord(c) || c is '-' or ' ')
            ? null
            : "can contain only letters, digits, '-', '_' and spaces";

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    private static Complaint? ExposedGlob(ConfigMapping artifacts) =>
        IsSet(artifacts, "expose_as")
        && artifacts["paths"] is ConfigSequence paths
        && paths.Items.Any(path => path is ConfigScalar { IsString: true } text && text.Text.Contains('*'))
            ? new Complaint(DiagnosticCode.InvalidValue, "paths", "can't contain '*' when used with 'expose_as'")
            : null;
}
