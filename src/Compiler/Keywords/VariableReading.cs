using System.Collections.Immutable;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Keywords;

internal static class VariableReading
{
    public static ImmutableArray<VariableConfig> Variables(NodeReading read, ConfigNode node)
    {
        if (node is not ConfigMapping map || map.Entries.Count == 0)
            return [];
        var variables = ImmutableArray.CreateBuilder<VariableConfig>(map.Entries.Count);
        foreach (var entry in map.Entries)
        {
            if (!read.IsBad(entry.Value))
                variables.Add(Variable(read, entry));
        }
        return variables.DrainToImmutable();
    }

    /// <summary>Those that a form for a pipeline by hand shows. https://docs.gitlab.com/ci/pipelines/#prefill-variables-in-manual-pipelines</summary>
    public static ImmutableArray<PipelineForm.Variable> Described(Configuration? configuration) =>
        [
            .. (configuration?.Variables ?? [])
                .Where(variable => variable.Description is not null)
                .Select(variable => new PipelineForm.Variable(variable.Key, variable.Value, variable.Description!, variable.Options)),
        ];

    private static VariableConfig Variable(NodeReading read, ConfigEntry entry) =>
        entry.Value is ConfigMapping data
            ? new VariableConfig(entry.Key, read.Text(data, "value") ?? "", read.Flag(data, "expand") == false, entry.At)
            {
                Description = read.Text(data, "description"),
                Options = read.Texts(data, "options"),
            }
            : new VariableConfig(entry.Key, ((ConfigScalar)entry.Value).Text, Raw: false, entry.At);
}
