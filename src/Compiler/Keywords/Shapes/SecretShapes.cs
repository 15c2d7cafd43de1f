using System.Collections.Immutable;
using static Slipway.Compiler.Keywords.Shapes.CommonShapes;
using static Slipway.Compiler.Keywords.Shapes.SchemaText;

namespace Slipway.Compiler.Keywords.Shapes;

/// <summary>What a job gets from elsewhere under a name of its own: <c>id_tokens</c>, <c>secrets</c>, <c>identity</c>, <c>dast_configuration</c>.</summary>
internal static class SecretShapes
{
    public static ImmutableArray<string> Providers { get; } =
    ["vault", "azure_key_vault", "gcp_secret_manager", "aws_secrets_manager", "gitlab_secrets_manager"];

    public static Shape IdTokens { get; } =
        new Shape.Named(new Shape.Map(Keyword.Part("aud", TextOrTexts)) { Rules = [new MapRule.Required("aud")] });

    public static Shape Identity { get; } = new Shape.Choice("should be one of: google_cloud", "google_cloud");

    public static Shape DastConfiguration { get; } =
        new Shape.Map(Keyword.Part("site_profile", Text), Keyword.Part("scanner_profile", Text));

    public static Shape Secrets { get; } =
        new Shape.Named(
            new Shape.Map(
                new("vault", TextOr(Vault())),
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
                    new MapRule.ExactlyOne(Providers),
                    new MapRule.Present("token")
                    {
                        When = secret => secret.Has("gcp_secret_manager"),
                        Schema = """{"required":["gcp_secret_manager"]}""",
                    },
                ],
            }
        );

    private static Shape.Map Vault() =>
        Parts(["path", "field"], ["engine", "path", "field"], new Keyword("engine", Parts(["name", "path"], ["name", "path"])));
}
