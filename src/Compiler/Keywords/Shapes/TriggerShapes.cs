using Slipway.Compiler.Yaml;
using static Slipway.Compiler.Keywords.Shapes.CommonShapes;
using static Slipway.Compiler.Keywords.Shapes.SchemaText;

namespace Slipway.Compiler.Keywords.Shapes;

/// <summary><c>trigger</c>.</summary>
internal static class TriggerShapes
{
    /// <summary>GitLab finds out only when the job runs; a project without a namespace cannot exist.</summary>
    private const string ProjectRule = "should be the path of a project, such as group/project";

    private static readonly Shape s_project = new Shape.Text
    {
        Required = true,
        Test = path => IsProjectPath(path) ? null : ProjectRule,
        Schema = Pattern(@"[$]|^[^/]+/[\s\S]"),
    };
    private static readonly Keyword s_strategy = Keyword.Part(
        "strategy",
        new Shape.Choice("should be depend or mirror", "depend", "mirror")
    );
    private static readonly Keyword s_inputs = new("inputs", new Shape.Named(Anything));

    private static readonly Keyword s_forward = new(
        "forward",
        new Shape.Map(Keyword.Part("yaml_variables", Flag), Keyword.Part("pipeline_variables", Flag))
    );

    private static readonly Shape s_otherProject = new Shape.Map(
        Keyword.Part("project", s_project),
        Keyword.Part("branch", Text),
        s_strategy,
        s_forward,
        s_inputs
    )
    {
        Rules = [new MapRule.Present("project")],
    };

    private const string IntegrityPattern =
        """{"type":"string","pattern":"^sha256-(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"}""";

    private static readonly Shape s_include = new Shape.ByKind("should be a hash or a string")
    {
        OnText = Anything,
        OnMap = new Shape.Map(
            Keyword.Part("local", Text),
            Keyword.Part("file", TextOrTexts),
            Keyword.Part("remote", Text),
            Keyword.Part("project", s_project),
            Keyword.Part("ref", Text),
            Keyword.Part("integrity", Anything),
            Keyword.Part("cache", Anything),
            Keyword.Part("template", Text),
            Keyword.Part("artifact", Text),
            Keyword.Part("job", Text),
            Keyword.Part("component", Text),
            Keyword.Part("rules", Anything),
            s_inputs
        )
        {
            Rules =
            [
                new MapRule.Test(ProjectWithoutFile) { Schema = If(Set("project"), Set("file")) },
                new MapRule.Test(ArtifactWithoutJob) { Schema = If(Set("artifact"), All(Set("job"), Key("job", Pattern(@"\S")))) },
                new MapRule.Test(FileWithoutProject) { Schema = If(Set("file"), Set("project")) },
                new MapRule.Test(Integrity) { Schema = If(Set("integrity"), All(Set("remote"), Key("integrity", IntegrityPattern))) },
            ],
        },
    };

    private static readonly Shape s_child = new Shape.Map(
        new Keyword(
            "include",
            new Shape.ByKind("should be an array or a string")
            {
                OnText = RequiredText,
                OnList = new Shape.Items(s_include, "include") { Max = 3, TooMany = "is too long (maximum is 3)" },
            }
        ),
        s_strategy,
        s_forward,
        s_inputs
    )
    {
        Rules = [new MapRule.Present("include")],
    };

    public static Shape Trigger { get; } =
        new Shape.ByKind("has to be either a string or a hash", Bare: true)
        {
            OnText = s_project,
            OnMap = new Shape.OneOf("config must specify either project or include", PickTrigger, s_otherProject, s_child),
        };

    private static Shape PickTrigger(ConfigMapping trigger) => trigger.Has("include") ? s_child : s_otherProject;

    private static bool IsProjectPath(string path) =>
        path.Contains('$') || path.IndexOf('/') is > 0 and var slash && slash < path.Length - 1;

    private static Complaint? ProjectWithoutFile(ConfigMapping include) =>
        IsSet(include, "project") && !IsSet(include, "file")
            ? new Complaint(DiagnosticCode.Missing, "project", "must specify the file where to fetch the config from", "config")
            : null;

    private static Complaint? ArtifactWithoutJob(ConfigMapping include) =>
        IsSet(include, "artifact") && string.IsNullOrWhiteSpace(TextAt(include, "job"))
            ? new Complaint(DiagnosticCode.Missing, "artifact", "must specify the job where to fetch the artifact from", "config")
            : null;

    /// <summary>GitLab notices only when the job runs.</summary>
    private static Complaint? FileWithoutProject(ConfigMapping include) =>
        IsSet(include, "file") && !IsSet(include, "project")
            ? new Complaint(DiagnosticCode.Missing, "file", "must specify the project where to fetch the config from", "config")
            : null;

    private static Complaint? Integrity(ConfigMapping include)
    {
        if (!IsSet(include, "integrity"))
            return null;
        if (!IsSet(include, "remote"))
            return Wrong("integrity can only be specified for remote includes");
        if (TextAt(include, "integrity") is not { } text || !text.StartsWith("sha256-", StringComparison.Ordinal))
            return Wrong("integrity hash must start with 'sha256-'");
        var hash = text["sha256-".Length..];
        return Convert.TryFromBase64String(hash, new byte[hash.Length], out _) ? null : Wrong("integrity hash must be base64 encoded");

        static Complaint Wrong(string text) => new(DiagnosticCode.InvalidValue, "integrity", text, "config");
    }
}
