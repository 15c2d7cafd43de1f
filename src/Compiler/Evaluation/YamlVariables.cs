using System.Collections.Immutable;
using Slipway.Compiler.Keywords;
using Slipway.Compiler.Variables;
using Slipway.Protocol.Variables;

namespace Slipway.Compiler.Evaluation;

/// <summary>
/// The YAML's variables as layers: global ones with those of the workflow rule, on them a job's, its matrix row's, and those of the rule that let it in.
/// Jobs that share their <c>variables</c> share the layer. Not for several threads.
/// </summary>
internal sealed class YamlVariables(VariableLayer global)
{
    private readonly Dictionary<ImmutableArray<VariableConfig>, VariableLayer> _ofJobs = [];

    public VariableLayer Global => global;

    public static ImmutableArray<Variable> Of(ImmutableArray<VariableConfig> configs) =>
        configs.IsEmpty ? [] : [.. configs.Select(config => new Variable(config.Key, config.Value, Raw: config.Raw))];

    public VariableLayer OfJob(JobInstance instance)
    {
        var job = instance.Job;
        VariableLayer layer;
        if (!job.InheritVariables.Everything)
            layer = Inherited(job.InheritVariables).With(Of(job.Variables));
        else if (job.Variables.IsEmpty)
            layer = global;
        else if (!_ofJobs.TryGetValue(job.Variables, out layer!))
            _ofJobs[job.Variables] = layer = global.With(Of(job.Variables));
        return layer.With(Of(instance.MatrixVariables));
    }

    private VariableLayer Inherited(InheritConfig inherit) =>
        VariableLayer.Of([.. global.Items.Where(variable => inherit.Allows(variable.Key))]);
}
