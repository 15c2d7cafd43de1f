using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Inputs;

/// <summary>Values for a configuration that is only looked at, before anybody has given one.</summary>
internal static class InputStandIns
{
    public static IReadOnlyDictionary<string, ConfigNode> Of(IEnumerable<InputSpec> specs)
    {
        var values = new Dictionary<string, ConfigNode>(StringComparer.Ordinal);
        foreach (var spec in specs)
            values[spec.Name] = InputValue.InType(Fitting(spec), spec.Type);
        return values;
    }

    private static ConfigNode Fitting(InputSpec spec) =>
        spec.Default
        ?? spec.Rules?.Select(rule => rule.Default).FirstOrDefault(value => value is not null)
        ?? (spec.Options is { Items: [var first, ..] } ? first : null)
        ?? spec.Type switch
        {
            InputType.Number => new ConfigScalar(spec.At, ScalarKind.Integer, "0"),
            InputType.Boolean => new ConfigScalar(spec.At, ScalarKind.Boolean, "false"),
            InputType.Array => new ConfigSequence(spec.At, []),
            _ => new ConfigScalar(spec.At, ScalarKind.String, spec.Name),
        };
}
