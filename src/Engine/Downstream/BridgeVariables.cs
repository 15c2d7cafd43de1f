using System.Collections.Immutable;
using System.Globalization;
using Slipway.Compiler;
using Slipway.Protocol.Variables;

namespace Slipway.Engine.Downstream;

/// <summary>
/// What a trigger job's variables come to when it runs. It has no id, no token and no runner, but it knows its pipeline, and the dotenv variables of the
/// jobs it needs. A value is looked up as written: GitLab replaces references one level deep here, and the downstream pipeline goes on from there.
/// </summary>
internal sealed class BridgeVariables
{
    private readonly CompiledJob _bridge;
    private readonly ImmutableArray<Variable> _dotenv;
    private readonly Dictionary<string, Variable> _known = new(StringComparer.Ordinal);

    public BridgeVariables(CompiledJob bridge, long pipelineId, string pipelineUrl, ImmutableArray<Variable> dotenv)
    {
        _bridge = bridge;
        _dotenv = dotenv;
        Know(bridge.Variables.AsSpan()[..bridge.DotenvAt]);
        Know(dotenv.AsSpan());
        Know(bridge.Variables.AsSpan()[bridge.DotenvAt..]);
        Know([
            new Variable("CI_PIPELINE_ID", pipelineId.ToString(CultureInfo.InvariantCulture)),
            new Variable("CI_PIPELINE_URL", pipelineUrl),
        ]);
    }

    /// <summary>An unknown variable becomes nothing.</summary>
    public string Expand(string text) => VariableExpansion.Expand(text, name => _known.GetValueOrDefault(name)?.Value);

    /// <summary>
    /// What goes downstream under <c>trigger:forward</c>, one variable a key: the job's YAML variables; with <c>pipeline_variables</c> also, and above them,
    /// dotenv and pipeline variables. Nothing stays masked.
    /// </summary>
    public ImmutableArray<Variable> Forwarded(CompiledTrigger trigger, ImmutableArray<Variable> pipelineVariables)
    {
        var all = new List<Variable>();
        if (trigger.ForwardYamlVariables)
            Forward(all, _bridge.YamlVariables);
        if (trigger.ForwardPipelineVariables)
        {
            Forward(all, _dotenv);
            Forward(all, pipelineVariables);
        }

        var last = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < all.Count; i++)
            last[all[i].Key] = i;
        return [.. all.Where((variable, index) => last[variable.Key] == index)];
    }

    private void Know(ReadOnlySpan<Variable> variables)
    {
        foreach (var variable in variables)
            _known[variable.Key] = variable;
    }

    private void Forward(List<Variable> all, ImmutableArray<Variable> variables)
    {
        foreach (var variable in variables)
        {
            if (variable.Raw || variable.File)
            {
                all.Add(variable with { Public = false, Masked = false });
                continue;
            }

            // A reference to a file stays one, so the file has to go along.
            var files = new List<Variable>();
            var value = VariableExpansion.Expand(variable.Value, name => Content(name, files));
            all.Add(new Variable(variable.Key, value, Public: false));
            all.AddRange(files);
        }
    }

    private string? Content(string name, List<Variable> files)
    {
        var variable = _known.GetValueOrDefault(name);
        if (variable is not { File: true })
            return variable?.Value;
        files.Add(variable with { Public = false, Masked = false });
        return $"${name}";
    }
}
