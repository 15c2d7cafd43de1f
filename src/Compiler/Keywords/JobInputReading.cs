using System.Collections.Immutable;
using Slipway.Compiler.Inputs;
using Slipway.Compiler.Keywords.Shapes;
using Slipway.Compiler.Yaml;
using static Slipway.Compiler.CompiledJob;

namespace Slipway.Compiler.Keywords;

/// <summary><c>inputs</c> of a job: what <c>spec:inputs</c> is to a file, with a default for each.</summary>
internal static class JobInputReading
{
    /// <summary>Holds the defaults to type, options and pattern.</summary>
    public static void Check(ConfigMapping job, Location inside, ShapeCheck check)
    {
        if (job["inputs"] is not ConfigMapping inputs || check.IsBad(inputs))
            return;
        var bag = new DiagnosticBag();
        InputResolution.Resolve([.. Specs(inputs, check.IsBad)], new ConfigMapping(inputs.At, []), bag);
        foreach (var wrong in bag.ToImmutable())
            check.Tell(wrong.Code, wrong.Message, $"{inside} inputs {WithoutWord(wrong.Message)}", wrong.At ?? inputs.At, wrong.Help);
    }

    /// <summary>Of a job GitLab says <c>inputs `a`: …</c> where of a file it says <c>`a` input: …</c>.</summary>
    private static string WithoutWord(string message)
    {
        const string word = " input:";
        var at = message.IndexOf(word, StringComparison.Ordinal);
        return at < 0 ? message : message[..at] + message[(at + word.Length - 1)..];
    }

    public static ImmutableArray<Input> Inputs(NodeReading read, ConfigMapping inputs) =>
        [.. Specs(inputs, read.IsBad).Select(spec => InputOf(spec, (ConfigMapping)inputs[spec.Name]!))];

    private static Input InputOf(InputSpec spec, ConfigMapping map) =>
        new(spec.Name, Word(spec.Type), JsonText.Of(InputValue.InType(spec.Default!, spec.Type)))
        {
            Description = (map["description"] as ConfigScalar)?.Text,
            Options = spec.Options is { } options ? [.. options.Items.Select(InputValue.ToText)] : [],
            Regex = spec.Regex,
        };

    /// <summary>Those without a mistake in them.</summary>
    private static IEnumerable<InputSpec> Specs(ConfigMapping inputs, Func<ConfigNode, bool> isBad)
    {
        foreach (var entry in inputs.Entries)
        {
            if (entry.Value is not ConfigMapping map || isBad(map) || map.Entries.Any(part => isBad(part.Value)))
                continue;
            if (map["default"] is not { } value || value is ConfigScalar { IsNull: true })
                continue;
            yield return new InputSpec(entry.Key, entry.At, TypeOf(map["type"]))
            {
                Default = value,
                Options = map["options"] as ConfigSequence,
                Regex = map["regex"] is ConfigScalar { IsString: true } regex ? regex.Text : null,
            };
        }
    }

    private static InputType TypeOf(ConfigNode? type) =>
        (type as ConfigScalar)?.Text switch
        {
            "number" => InputType.Number,
            "boolean" => InputType.Boolean,
            "array" => InputType.Array,
            _ => InputType.String,
        };

    private static string Word(InputType type) =>
        type switch
        {
            InputType.Number => "number",
            InputType.Boolean => "boolean",
            InputType.Array => "array",
            _ => "string",
        };
}
