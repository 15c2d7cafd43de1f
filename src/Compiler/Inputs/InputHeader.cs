using Slipway.Compiler.Rules.Expressions;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Inputs;

/// <summary>Reads the document with <c>spec:</c> that stands before a configuration, and tells what is wrong with it in GitLab's words.</summary>
internal sealed class InputHeader(DiagnosticBag bag)
{
    private const int MostOptions = 50;
    private const int LongestDescription = 256;

    /// <returns><see langword="null"/> when the header is wrong.</returns>
    public static List<InputSpec>? Read(ConfigMapping header, DiagnosticBag bag)
    {
        var told = bag.ErrorCount;
        var inputs = new InputHeader(bag).ReadHeader(header);
        return bag.ErrorCount > told ? null : inputs;
    }

    private List<InputSpec> ReadHeader(ConfigMapping header)
    {
        CheckKeys(header, "header", ["spec"]);
        var spec = header["spec"];
        if (spec is null or ConfigScalar { IsNull: true })
            return [];
        if (spec is not ConfigMapping map)
        {
            Error(spec, "header:spec config should be a hash");
            return [];
        }
        CheckKeys(map, "header:spec", ["inputs", "include", "component", "description"]);
        CheckSpec(map);
        return map["inputs"] switch
        {
            null or ConfigScalar { IsNull: true } => [],
            ConfigMapping inputs => [.. inputs.Entries.Select(ReadInput).OfType<InputSpec>()],
            var other => Wrong(other, "header:spec:inputs config should be a hash"),
        };
    }

    private List<InputSpec> Wrong(ConfigNode node, string message)
    {
        Error(node, message);
        return [];
    }

    private void CheckSpec(ConfigMapping spec)
    {
        if (spec["description"] is { } description and not ConfigScalar { IsNull: true })
        {
            if (description is not ConfigScalar { IsString: true } text)
                Error(description, "header:spec config description should be a string");
            else if (text.Text.Length > LongestDescription)
                Error(description, $"header:spec config description is too long (maximum is {LongestDescription} characters)");
        }
        if (spec["component"] is { } component and not ConfigScalar { IsNull: true })
            CheckComponent(component);
    }

    private void CheckComponent(ConfigNode component)
    {
        if (component is not ConfigSequence list)
        {
            Error(component, "header:spec:component config should be an array");
            return;
        }
        var unknown = list
            .Items.Select(item => item is ConfigScalar scalar ? scalar.Text : RubyText.Inspect(item))
            .Where(value => !ComponentContext.Fields.Contains(value))
            .ToList();
        if (unknown.Count > 0)
            Error(component, $"header:spec:component config contains unknown values: {string.Join(", ", unknown)}");
    }

    private void CheckKeys(ConfigMapping map, string place, string[] allowed)
    {
        var unknown = map.Entries.Where(entry => !allowed.Contains(entry.Key)).ToList();
        if (unknown.Count == 0)
            return;
        var names = string.Join(", ", unknown.Select(entry => entry.Key));
        bag.Error(
            DiagnosticCode.InvalidSpec,
            $"{place} config contains unknown keys: {names}",
            unknown[0].At,
            Suggestion.For(unknown[0].Key, allowed)
        );
    }

    private void Error(ConfigNode node, string message) => bag.Error(DiagnosticCode.InvalidSpec, message, node.At);

    private InputSpec? ReadInput(ConfigEntry entry)
    {
        var place = $"header:spec:inputs:{entry.Key}";
        if (entry.Value is ConfigScalar { IsNull: true })
            return new InputSpec(entry.Key, entry.At, InputType.String);
        if (entry.Value is not ConfigMapping map)
        {
            Error(entry.Value, $"{place} config should be a hash");
            return null;
        }
        CheckKeys(map, place, ["default", "description", "options", "regex", "type", "rules"]);
        CheckExclusive(map, place);
        CheckTexts(map, place);
        return new InputSpec(entry.Key, entry.At, ReadType(map["type"], place))
        {
            Description = (map["description"] as ConfigScalar)?.Text,
            Default = map["default"],
            Options = ReadOptions(map["options"], place),
            Regex = (map["regex"] as ConfigScalar)?.Text,
            Rules = map["rules"] is { } rules and not ConfigScalar { IsNull: true } ? ReadRules(entry.Key, rules) : null,
        };
    }

    private void CheckExclusive(ConfigMapping map, string place)
    {
        foreach (var other in (string[])["options", "default"])
        {
            if (map.Has("rules") && map.Has(other))
                Error(map, $"{place} config these keys cannot be used together: rules, {other}");
        }
    }

    private void CheckTexts(ConfigMapping map, string place)
    {
        if (map["description"] is { } description and not ConfigScalar { Kind: ScalarKind.String or ScalarKind.Integer or ScalarKind.Null })
            Error(description, $"{place} input description must be an alphanumeric string");
        if (map["regex"] is { } regex and not ConfigScalar { Kind: ScalarKind.String or ScalarKind.Null })
            Error(regex, $"{place} input regex should be a string");
    }

    private InputType ReadType(ConfigNode? type, string place)
    {
        switch (type)
        {
            case null or ConfigScalar { IsNull: true } or ConfigScalar { Text: "string" }:
                return InputType.String;
            case ConfigScalar { Text: "number" }:
                return InputType.Number;
            case ConfigScalar { Text: "boolean" }:
                return InputType.Boolean;
            case ConfigScalar { Text: "array" }:
                return InputType.Array;
            default:
                var value = type is ConfigScalar scalar ? scalar.Text : RubyText.Inspect(type);
                bag.Error(
                    DiagnosticCode.InvalidSpec,
                    $"{place} input type unknown value: {value}",
                    type.At,
                    "The types are string, number, boolean and array."
                );
                return InputType.String;
        }
    }

    private ConfigSequence? ReadOptions(ConfigNode? options, string place)
    {
        if (options is null or ConfigScalar { IsNull: true })
            return null;
        if (options is not ConfigSequence list)
        {
            Error(options, $"{place} input options should be an array");
            return null;
        }
        if (list.Items.Count > MostOptions)
            Error(options, $"{place} config cannot define more than {MostOptions} options");
        if (list.Items.Any(item => item is ConfigScalar { IsNull: true }))
            Error(options, $"{place} config options array cannot contain null values");
        return list;
    }

    private List<InputRule> ReadRules(string name, ConfigNode rules)
    {
        if (rules is not ConfigSequence list)
        {
            Error(rules, $"header:spec:inputs:{name}:rules config should be an array");
            return [];
        }
        return [.. list.Items.Select(item => ReadRule(name, item)).OfType<InputRule>()];
    }

    private InputRule? ReadRule(string name, ConfigNode node)
    {
        const string shape = "rule must define 'options' with at least one value and a 'default'";
        string? problem;
        if (node is not ConfigMapping map)
            problem = node is ConfigScalar { IsNull: true } ? "can't be blank" : "should be a hash";
        else if (map.Entries.FirstOrDefault(entry => entry.Key is not ("if" or "options" or "default")).Key is { } unknown)
            problem = $"contains unknown keys: {unknown}";
        else if (
            map["if"] is { } condition and not ConfigScalar { IsNull: true }
            && !(condition is ConfigScalar { IsString: true } text && Expression.TryParse(text.Text, out _, out _))
        )
            problem = $"if {Expression.SyntaxError}";
        else if (map["options"] is { } options and not (ConfigSequence or ConfigScalar { IsNull: true }))
            problem = "options should be an array";
        else if (map["options"] is ConfigSequence { Items.Count: > MostOptions })
            problem = $"cannot define more than {MostOptions} options";
        else if (map["default"] is not { } value)
            problem = shape;
        else if (
            map["options"] is ConfigSequence { Items.Count: > 0 } allowed
            && !allowed.Items.Any(option => InputValue.AreSame(option, value))
        )
            problem = $"default '{InputValue.ToText(value)}' must be one of the options";
        else
            return new InputRule(
                (map["if"] as ConfigScalar)?.Text is { Length: > 0 } known ? known : null,
                map["options"] as ConfigSequence,
                value
            );
        bag.Error(DiagnosticCode.InvalidSpec, $"`{name}` input: {problem}", node.At);
        return null;
    }
}
