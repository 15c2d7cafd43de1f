using Slipway.Compiler.Inputs;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Include;

/// <summary>An item of <c>trigger:include</c> on its way into the child pipeline's configuration.</summary>
internal static class TriggerItem
{
    public static ConfigNode? Of(TriggerInclude include, DiagnosticBag bag)
    {
        if (include.Yaml is not { } yaml)
            return FromParts(include);
        var item = YamlFile.Read(include.At.File, $"item: {yaml}", bag)?.Body["item"];
        return item is null ? null : At(item, include.At);
    }

    private static ConfigMapping FromParts(TriggerInclude include)
    {
        var at = include.At;
        var entries = new List<ConfigEntry> { new(include.Kind, at, new ConfigScalar(at, ScalarKind.String, include.Path)) };
        if (include.Job is { } job)
            entries.Add(new ConfigEntry("job", at, new ConfigScalar(at, ScalarKind.String, job)));
        if (GivenInputs.FromTexts(include.Inputs, at) is { } inputs)
            entries.Add(new ConfigEntry("inputs", at, inputs));
        return new ConfigMapping(at, entries);
    }

    /// <summary>All of it stands where the item stands: the way through JSON has lost the places inside.</summary>
    private static ConfigNode At(ConfigNode node, Position at) =>
        node switch
        {
            ConfigScalar scalar => new ConfigScalar(at, scalar.Kind, scalar.Text),
            ConfigSequence list => new ConfigSequence(at, [.. list.Items.Select(item => At(item, at))]),
            ConfigMapping map => new ConfigMapping(
                at,
                [.. map.Entries.Select(entry => entry with { At = at, Value = At(entry.Value, at) })]
            ),
            _ => node,
        };
}
