using System.Collections.Immutable;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Inputs;

/// <summary>A header's inputs as a form shows them.</summary>
internal static class InputForm
{
    /// <param name="header">Nothing: the file has none.</param>
    public static ImmutableArray<PipelineForm.Input> Of(ConfigMapping? header) =>
        header is not null && InputHeader.Read(header, new DiagnosticBag()) is { } specs ? [.. specs.Select(Field)] : [];

    private static PipelineForm.Input Field(InputSpec spec)
    {
        var options = spec.Rules is { } rules ? rules.SelectMany(rule => rule.Options?.Items ?? []) : spec.Options?.Items ?? [];
        return new PipelineForm.Input(
            spec.Name,
            spec.Type.ToString().ToLowerInvariant(),
            spec.Description,
            spec.Default is null or ConfigScalar { IsNull: true } ? null : Text(spec.Default),
            [.. options.Select(Text).Distinct(StringComparer.Ordinal)],
            spec.IsRequired
        )
        {
            Pattern = spec.Regex,
            HasRules = spec.Rules is not null,
        };
    }

    private static string Text(ConfigNode node) => node is ConfigScalar scalar ? scalar.Text : JsonText.Of(node);
}
