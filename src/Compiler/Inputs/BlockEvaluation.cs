using Slipway.Compiler.Yaml;
using Slipway.Protocol.Variables;

namespace Slipway.Compiler.Inputs;

/// <summary>What stands in a block: <c>inputs.name | function | function</c>, or <c>component.name</c>.</summary>
internal sealed class BlockEvaluation(
    IReadOnlyDictionary<string, ConfigNode> inputs,
    IReadOnlyDictionary<string, ConfigNode> component,
    Func<string, Variable?> variables
)
{
    private const int MostFunctions = 3;
    private const int MostParts = 5;
    private const int LongestAccess = 1024;
    private const int MostIndices = 5;

    /// <param name="written">The whole block, for those that are left as they are.</param>
    public (ConfigNode? Value, string? Problem) Evaluate(string written, string data, Position at)
    {
        var pieces = data.Split('|', StringSplitOptions.TrimEntries);
        // Values of a matrix are known later, and only there.
        if (pieces[0] == "matrix" || pieces[0].StartsWith("matrix.", StringComparison.Ordinal))
            return (new ConfigScalar(at, ScalarKind.String, written), null);
        var (value, problem) = Access(pieces[0]);
        if (problem is not null)
            return (null, problem);
        if (pieces.Length - 1 > MostFunctions)
            return (null, "too many functions in interpolation block");
        return Apply(value!, pieces.AsSpan(1));
    }

    private (ConfigNode? Value, string? Problem) Apply(ConfigNode value, ReadOnlySpan<string> functions)
    {
        foreach (var function in functions)
        {
            if (!InputFunctions.IsKnown(function))
                return (null, $"no function matching `{function}`: check that the function name, arguments, and types are correct");
        }
        foreach (var function in functions)
        {
            var (result, problem) = InputFunctions.Apply(function, value, variables);
            if (problem is not null)
                return (null, problem);
            value = result!;
        }
        return (value, null);
    }

    private (ConfigNode? Value, string? Problem) Access(string path)
    {
        var parts = path.Split('.', MostParts);
        if (parts.Length <= 1)
            return (null, "invalid pattern used for interpolation. valid pattern is $[[ inputs.input ]]");
        if (path.Length > LongestAccess)
            return (null, "maximum interpolation expression size exceeded");
        if (parts[0] is not ("inputs" or "component"))
            return (null, Unknown(parts[0], path));
        var known = parts[0] == "inputs" ? inputs : component;
        ConfigNode? current = null;
        for (var i = 1; i < parts.Length; i++)
        {
            var segment = IndexedName.Parse(parts[i], path, MostIndices, out var wrong);
            if (wrong is not null)
                return (null, wrong);
            current = i == 1 ? known.GetValueOrDefault(segment.Name) : (current as ConfigMapping)?[segment.Name];
            if (current is null)
                return (null, Unknown(segment.Name, path));
            if (Index(ref current, segment, path) is { } problem)
                return (null, problem);
        }
        return (current, null);
    }

    private static string Unknown(string key, string path) => $"unknown interpolation provided: `{key}` in `{path}`";

    private static string? Index(ref ConfigNode current, IndexedName segment, string path)
    {
        foreach (var index in segment.Indices)
        {
            if (current is not ConfigSequence list)
                return $"cannot index into non-array value at [{index}] in `{path}`";
            if (index >= list.Items.Count)
                return $"array index {index} out of bounds (size: {list.Items.Count}) in `{path}`";
            current = list.Items[index];
        }
        return null;
    }

    public string? HelpFor(string problem)
    {
        if (!problem.StartsWith("unknown interpolation provided", StringComparison.Ordinal))
            return null;
        var (name, path) = problem.Split('`') is [_, var key, _, var whole, ..] ? (key, whole) : ("", "");
        if (path.StartsWith("component.", StringComparison.Ordinal) && ComponentContext.Fields.Contains(name))
            return $"Only files that include:component brings in have it, and their header must list it: spec: {{component: [{name}]}}.";
        return Suggestion.For(name, inputs.Keys)
            ?? (inputs.Count == 0 ? null : $"The inputs are {string.Join(", ", inputs.Keys.Take(20))}.");
    }
}
