using Slipway.Compiler.Rules;
using Slipway.Compiler.Rules.Expressions;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Inputs;

/// <summary>Holds the values somebody gave against the specification, and fills in defaults. An input's rules see the inputs before it.</summary>
internal sealed class InputResolution
{
    private readonly ConfigMapping _given;
    private readonly DiagnosticBag _bag;
    private readonly PatternCache _patterns = new();
    private readonly Dictionary<string, ConfigNode> _values = new(StringComparer.Ordinal);

    private InputResolution(ConfigMapping given, DiagnosticBag bag)
    {
        _given = given;
        _bag = bag;
    }

    /// <returns>A value for each input; <see langword="null"/> when one is wrong.</returns>
    public static IReadOnlyDictionary<string, ConfigNode>? Resolve(List<InputSpec> specs, ConfigMapping given, DiagnosticBag bag)
    {
        var told = bag.ErrorCount;
        var resolution = new InputResolution(given, bag);
        resolution.CheckNames(specs);
        foreach (var spec in specs)
            resolution.Resolve(spec);
        return bag.ErrorCount > told ? null : resolution._values;
    }

    private void CheckNames(List<InputSpec> specs)
    {
        var names = specs.ConvertAll(spec => spec.Name);
        var unknown = _given.Entries.Where(entry => !names.Contains(entry.Key)).ToList();
        if (unknown.Count == 0)
            return;
        var message = $"unknown input arguments: {string.Join(", ", unknown.Select(entry => entry.Key))}";
        _bag.Error(DiagnosticCode.UnknownInput, message, unknown[0].At, Suggestion.For(unknown[0].Key, names));
    }

    private void Resolve(InputSpec spec)
    {
        var value = _given[spec.Name];
        if (value is ConfigScalar { IsNull: true } || (spec.Rules is not null && value is ConfigScalar { IsString: true, Text: "" }))
            value = null;
        if (spec.IsRequired && value is null)
        {
            Error(spec, "required value has not been provided", _given.Entries.Count > 0 ? _given.At : spec.At);
            return;
        }
        var rule = spec.Rules?.FirstOrDefault(Holds);
        var options = rule?.Options ?? spec.Options;
        var fallback = rule?.Default ?? spec.Default;
        if (!spec.IsRequired && fallback is not null and not ConfigScalar { IsNull: true })
            Check(spec, options, InputValue.InType(fallback, spec.Type), "default");
        if (value is not null)
            Check(spec, options, InputValue.InType(value, spec.Type), "provided");
        _values[spec.Name] = InputValue.InType(value ?? fallback ?? new ConfigScalar(spec.At, ScalarKind.Null, ""), spec.Type);
    }

    private bool Holds(InputRule rule) =>
        rule.If is null
        || (Expression.TryParse(rule.If, out var expression, out _) && expression.IsTrue(_ => null, _patterns, InputAsText));

    private string? InputAsText(string name) =>
        (_values.GetValueOrDefault(name) ?? _given[name]) is { } value and not ConfigScalar { IsNull: true }
            ? InputValue.ToText(value)
            : null;

    private void Check(InputSpec spec, ConfigSequence? options, ConfigNode value, string which)
    {
        CheckType(spec, value, which);
        CheckOptions(spec, options, value);
        if (spec.Regex is not { } regex)
            return;
        if (spec.Type != InputType.String)
            Error(spec, "RegEx validation can only be used with string inputs", spec.At);
        else if (Re2.Compile(regex) is not { } pattern)
            Error(spec, "invalid regular expression", spec.At);
        else if (!pattern.IsMatch(((ConfigScalar)value).Text))
            Error(spec, $"{which} value does not match required RegEx pattern", value.At);
    }

    private void CheckType(InputSpec spec, ConfigNode value, string which)
    {
        var (fits, name) = spec.Type switch
        {
            InputType.Number => (InputValue.IsNumber(value), "a number"),
            InputType.Boolean => (value is ConfigScalar { Kind: ScalarKind.Boolean }, "a boolean"),
            InputType.Array => (value is ConfigSequence, "an array"),
            _ => (true, "a string"),
        };
        if (!fits)
            Error(spec, $"{which} value is not {name}", value.At);
    }

    private void CheckOptions(InputSpec spec, ConfigSequence? options, ConfigNode value)
    {
        if (options is null)
            return;
        if (spec.Type is InputType.Boolean or InputType.Array)
            Error(spec, "Options can only be used with string and number inputs", spec.At);
        else if (spec.Type == InputType.String && !options.Items.Any(option => InputValue.ToText(option) == InputValue.ToText(value)))
            Error(spec, $"`{InputValue.ToText(value)}` cannot be used because it is not in the list of allowed options", value.At);
        else if (spec.Type == InputType.Number && !options.Items.Any(option => InputValue.AreSame(option, value)))
            Error(spec, $"`{InputValue.ToText(value)}` cannot be used because it is not in the list of the allowed options", value.At);
    }

    private void Error(InputSpec spec, string problem, Position at) =>
        _bag.Error(DiagnosticCode.InvalidInput, $"`{spec.Name}` input: {problem}", at);
}
