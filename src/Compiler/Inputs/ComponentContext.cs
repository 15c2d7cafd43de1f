using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Inputs;

/// <summary>What a component knows of itself. https://docs.gitlab.com/ci/yaml/#speccomponent</summary>
/// <param name="Sha">The component's commit.</param>
/// <param name="Version">The published version that was meant; <see langword="null"/> for a branch or a commit.</param>
/// <param name="Reference">What stands behind the <c>@</c>.</param>
internal sealed record ComponentContext(string Name, string Sha, string? Version, string Reference)
{
    public static readonly string[] Fields = ["name", "sha", "version", "reference"];

    /// <summary>Those fields that a header's <c>spec:component</c> lists.</summary>
    public IReadOnlyDictionary<string, ConfigNode> Listed(ConfigMapping header)
    {
        var values = new Dictionary<string, ConfigNode>(StringComparer.Ordinal);
        if (header["spec"] is not ConfigMapping spec || spec["component"] is not ConfigSequence list)
            return values;
        foreach (var item in list.Items)
        {
            if (item is ConfigScalar { Text: var field } && Fields.Contains(field))
                values[field] = Value(field, item.At);
        }
        return values;
    }

    private ConfigScalar Value(string field, Position at)
    {
        var text = field switch
        {
            "name" => Name,
            "sha" => Sha,
            "version" => Version,
            _ => Reference,
        };
        return text is null ? new ConfigScalar(at, ScalarKind.Null, "") : new ConfigScalar(at, ScalarKind.String, text);
    }
}
