using System.Collections.Immutable;
using Slipway.Compiler.Yaml;
using static Slipway.Compiler.Keywords.Shapes.CommonShapes;
using static Slipway.Compiler.Keywords.Shapes.SchemaText;

namespace Slipway.Compiler.Keywords.Shapes;

/// <summary><c>image</c> and <c>services</c>.</summary>
internal static class ImageShapes
{
    private static readonly ImmutableArray<string> s_policies = ["always", "never", "if-not-present"];

    private static readonly Shape s_pullPolicy = new Shape.ByKind("should be an array of strings or a string")
    {
        OnText = new Shape.Choice("is not included in the list", s_policies),
        OnList = new Shape.Texts
        {
            Wrong = "should be an array of strings or a string",
            Known = s_policies,
            Min = 1,
            TooFew = "can't be blank",
        },
    };

    private static readonly Shape.Text s_name = new() { Required = true };

    private static readonly ImmutableArray<Keyword> s_common =
    [
        Keyword.Part("name", s_name),
        Keyword.Part("entrypoint", Texts),
        Keyword.Part("docker", Anything),
        Keyword.Part("kubernetes", Anything),
        Keyword.Part("ports", Anything),
        new("pull_policy", s_pullPolicy),
    ];

    private const string DockerOptions =
        """{"type":["object","null"],"properties":{"platform":{"type":"string","minLength":1,"maxLength":64},"user":{"type":"string","minLength":1,"maxLength":255}},"additionalProperties":false}""";

    private const string KubernetesOptions =
        """{"type":["object","null"],"properties":{"user":{"type":["string","integer"],"minLength":1,"maxLength":255}},"additionalProperties":false}""";

    private static readonly ImmutableArray<MapRule> s_rules =
    [
        new MapRule.Present("name"),
        new MapRule.Test(Ports) { Schema = Absent("ports") },
        new MapRule.Test(map => ExecutorOptions(map, "docker", "platform", "user")) { Schema = Key("docker", DockerOptions) },
        new MapRule.Test(map => ExecutorOptions(map, "kubernetes", "user")) { Schema = Key("kubernetes", KubernetesOptions) },
    ];

    public static Shape Image { get; } = ImageOrName(new Shape.Map(s_common) { Rules = s_rules });

    public static Shape Services { get; } = new Shape.Items(ImageOrName(Service()), "service");

    private static Shape.ByKind ImageOrName(Shape.Map map) =>
        new("should be a hash or a string") { OnText = s_name with { Attribute = "name" }, OnMap = map };

    private static Shape.Map Service() =>
        new([.. s_common, Keyword.Part("alias", Text), new("command", Commands), new("variables", VariableShapes.Plain)])
        {
            Rules = s_rules,
        };

    private static Complaint? Ports(ConfigMapping image) =>
        image.Has("ports") ? new Complaint(DiagnosticCode.CannotBeTogether, "ports", "contains disallowed keys: ports", "config") : null;

    /// <summary>GitLab checks these with a JSON schema, whose library has words of its own.</summary>
    private static Complaint? ExecutorOptions(ConfigMapping image, string executor, params ReadOnlySpan<string> known)
    {
        if (!IsSet(image, executor))
            return null;
        if (image[executor] is not ConfigMapping options)
            return Options(DiagnosticCode.WrongType, executor, $"value at `/{executor}` is not an object");
        foreach (var option in options.Entries)
        {
            var at = $"`/{executor}/{option.Key}`";
            if (!known.Contains(option.Key))
                return Options(DiagnosticCode.UnknownKey, executor, $"object property at {at} is a disallowed additional property");
            if (option.Value is ConfigScalar { Kind: ScalarKind.Integer } && executor == "kubernetes")
                continue;
            if (option.Value is not ConfigScalar { IsString: true } text)
                return Options(DiagnosticCode.WrongType, executor, $"value at {at} is not a string");
            if (text.Text.Length == 0)
                return Options(DiagnosticCode.OutOfLimits, executor, $"string length at {at} is less than: 1");
            if (text.Text.Length > (option.Key == "platform" ? 64 : 255))
                return Options(
                    DiagnosticCode.OutOfLimits,
                    executor,
                    $"string length at {at} is greater than: {(option.Key == "platform" ? 64 : 255)}"
                );
        }
        return null;
    }

    private static Complaint Options(string code, string executor, string text) => new(code, executor, text, "executor opts");
}
