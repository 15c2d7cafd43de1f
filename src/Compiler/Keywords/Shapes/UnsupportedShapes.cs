using System.Collections.Immutable;
using Slipway.Compiler.Yaml;
using static Slipway.Compiler.Keywords.Shapes.CommonShapes;

namespace Slipway.Compiler.Keywords.Shapes;

/// <summary>What GitLab has and this program cannot honour yet: checked for its shape, so that a file can be made right before it can run.</summary>
internal static class UnsupportedShapes
{
    private static readonly ImmutableArray<string> s_vaults =
    [
        "vault",
        "azure_key_vault",
        "gcp_secret_manager",
        "aws_secrets_manager",
        "gitlab_secrets_manager",
    ];
    private static readonly ImmutableArray<string> s_work = ["script", "step", "func", "action"];

    public static Shape IdTokens { get; } =
        new Shape.Named(new Shape.Map(Keyword.Part("aud", TextOrTexts)) { Rules = [new MapRule.Required("aud")] });

    public static Shape Identity { get; } = new Shape.Choice("should be one of: google_cloud", "google_cloud");

    public static Shape DastConfiguration { get; } =
        new Shape.Map(Keyword.Part("site_profile", Text), Keyword.Part("scanner_profile", Text));

    public static Shape Secrets { get; } =
        new Shape.Named(
            new Shape.Map(
                new(
                    "vault",
                    TextOr(
                        Parts(
                            ["path", "field"],
                            ["engine", "path", "field"],
                            new Keyword("engine", Parts(["name", "path"], ["name", "path"]))
                        )
                    )
                ),
                new("azure_key_vault", Parts(["name", "version"], ["name"])),
                new("gcp_secret_manager", Parts(["name"], ["name"], Keyword.Part("version", Anything))),
                new(
                    "aws_secrets_manager",
                    TextOr(
                        Parts(
                            ["secret_id", "version_id", "version_stage", "region", "role_arn", "role_session_name", "field"],
                            ["secret_id"]
                        )
                    )
                ),
                new("gitlab_secrets_manager", Parts(["name", "source"], ["name"])),
                Keyword.Part("file", Flag),
                Keyword.Part("token", Text)
            )
            {
                Rules =
                [
                    new MapRule.ExactlyOne(s_vaults),
                    new MapRule.Present("token") { When = secret => secret.Has("gcp_secret_manager") },
                ],
            }
        );

    /// <summary>GitLab builds these with what also reads <c>spec:inputs</c>, whose words they have.</summary>
    public static Shape Inputs { get; } =
        new Shape.Named(
            new Shape.Map(
                Keyword.Part("type", OneOfThese("string", "number", "boolean", "array")),
                Keyword.Part("default", Anything),
                Keyword.Part("description", new Shape.Text { MaxLength = 1024 }),
                Keyword.Part("options", new Shape.ByKind("should be an array") { OnList = Anything }),
                Keyword.Part("regex", Text)
            )
            {
                Rules = [new MapRule.Test(DefaultOfInput)],
            }
        )
        {
            Max = 50,
            TooMany = "has too many entries (maximum 50)",
        };

    public static Shape Run { get; } =
        new Shape.Items(
            new Shape.Map(
                Keyword.Part(
                    "name",
                    new Shape.Text { Test = name => IsVariableName(name) ? null : "does not match the pattern ^[a-zA-Z_][a-zA-Z0-9_]*$" }
                ),
                Keyword.Part("script", RequiredText),
                Keyword.Part("step", StepReference()),
                Keyword.Part("func", StepReference()),
                Keyword.Part("action", Text),
                new("env", new Shape.Named(Text)),
                new("inputs", new Shape.Named(Anything))
            )
            {
                Rules = [new MapRule.Present("name"), new MapRule.ExactlyOne(s_work), new MapRule.Exclusive("script", "inputs")],
            },
            "run"
        );

    private static Shape.ByKind TextOr(Shape map) => new("should be a hash or a string") { OnText = RequiredText, OnMap = map };

    private static Shape.Map Parts(ImmutableArray<string> texts, ImmutableArray<string> required, params ReadOnlySpan<Keyword> others) =>
        new([.. texts.Select(name => Keyword.Part(name, Text)), .. others])
        {
            Rules = [.. required.Select(name => new MapRule.Present(name))],
        };

    private static Shape.ByKind StepReference() =>
        TextOr(
            new Shape.Map(
                new("git", Parts(["url", "rev", "dir", "file"], ["url", "rev"])),
                new("oci", Parts(["registry", "repository", "tag", "dir", "file"], ["registry", "repository", "tag"]))
            )
            {
                Rules = [new MapRule.ExactlyOne("git", "oci")],
            }
        );

    private static bool IsVariableName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    private static Complaint? DefaultOfInput(ConfigMapping input)
    {
        if (!input.Has("default"))
            return new Complaint(DiagnosticCode.Missing, "default", "missing required keys: default", "config");
        var fits = (TextAt(input, "type") ?? "string", input["default"]) switch
        {
            ("string", ConfigScalar { Kind: ScalarKind.String }) => true,
            ("number", ConfigScalar { Kind: ScalarKind.Integer or ScalarKind.Float }) => true,
            ("boolean", ConfigScalar { Kind: ScalarKind.Boolean }) => true,
            ("array", ConfigSequence) => true,
            ("string" or "number" or "boolean" or "array", _) => false,
            _ => true,
        };
        var article = TextAt(input, "type") == "array" ? "an" : "a";
        return fits
            ? null
            : new Complaint(DiagnosticCode.WrongType, "default", $"value is not {article} {TextAt(input, "type") ?? "string"}");
    }
}
