using Slipway.Compiler.Yaml;
using static Slipway.Compiler.Keywords.Shapes.CommonShapes;
using static Slipway.Compiler.Keywords.Shapes.SchemaText;

namespace Slipway.Compiler.Keywords.Shapes;

/// <summary><c>environment</c>.</summary>
internal static class EnvironmentShapes
{
    private const string NameRule =
        "can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', and spaces, but it cannot start or end with '/'";

    private static readonly Shape.Text s_name = new()
    {
        Required = true,
        Wrong = NameRule,
        Test = name => IsName(name) ? null : NameRule,
        Schema = Pattern(@"^(?!/)(?![\s\S]*/\z)[-A-Za-z0-9_/${}. ]*\z"),
    };

    private static readonly Shape s_dashboard = new Shape.Map(Keyword.Part("namespace", Text), Keyword.Part("flux_resource_path", Text));

    private static readonly Shape s_kubernetes = new Shape.Map(
        Keyword.Part("namespace", Text),
        Keyword.Part("agent", Text),
        Keyword.Part("flux_resource_path", Text),
        new("managed_resources", new Shape.Map(Keyword.Part("enabled", Flag))),
        new("dashboard", s_dashboard)
    )
    {
        TypeIsPart = true,
        Rules =
        [
            new MapRule.NotEmpty(),
            new MapRule.Present("namespace") { When = map => IsSet(map, "flux_resource_path"), Schema = Set("flux_resource_path") },
            new MapRule.Present("agent")
            {
                When = NeedsAgent,
                Schema = Any(
                    Set("flux_resource_path"),
                    Set("dashboard"),
                    All(
                        Set("managed_resources"),
                        Key("managed_resources", """{"required":["enabled"],"properties":{"enabled":{"const":true}}}""")
                    )
                ),
            },
        ],
    };

    public static Shape Environment { get; } =
        new Shape.ByKind("should be a hash or a string")
        {
            OnText = s_name with { Attribute = "name" },
            OnMap = new Shape.Map(
                Keyword.Part("name", s_name),
                Keyword.Part("url", ShortText),
                Keyword.Part(
                    "action",
                    new Shape.Choice("should be start, stop, prepare, verify, or access", "start", "stop", "prepare", "verify", "access")
                ),
                Keyword.Part("on_stop", Text),
                Keyword.Part("auto_stop_in", Text),
                Keyword.Part(
                    "deployment_tier",
                    new Shape.Text { Test = Tier, Schema = Pattern(@"^(?:production|staging|testing|development|other)\z|[$]") }
                ),
                new("kubernetes", s_kubernetes)
            )
            {
                Rules = [new MapRule.Present("name")],
            },
        };

    private static bool IsName(string name) =>
        !name.StartsWith('/') && !name.EndsWith('/') && name.All(c => char.IsAsciiLetterOrDigit(c) || "_/${}. -".Contains(c));

    private static bool NeedsAgent(ConfigMapping kubernetes) =>
        IsSet(kubernetes, "flux_resource_path")
        || IsSet(kubernetes, "dashboard")
        || kubernetes["managed_resources"] is ConfigMapping managed && managed["enabled"] is ConfigScalar { IsTrue: true };

    private static string? Tier(string tier) =>
        tier is "production" or "staging" or "testing" or "development" or "other" || tier.Contains('$')
            ? null
            : "must be one of production, staging, testing, development, or other";
}
