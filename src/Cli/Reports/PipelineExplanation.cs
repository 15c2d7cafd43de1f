using System.Text;
using Slipway.Cli.Terminal;
using Slipway.Compiler;

namespace Slipway.Cli.Reports;

/// <summary><c>slipway explain --all</c>: why there is a pipeline or not, and for every job of the configuration why it is in or out.</summary>
internal static class PipelineExplanation
{
    public static void WriteJson(Stream to, Compilation compilation, PipelineContext context) =>
        JsonText.Write(
            to,
            json =>
            {
                json.WriteStartObject("pipeline");
                json.WriteString("source", context.Source);
                json.WriteString("ref", context.Ref);
                json.WriteString("name", compilation.Pipeline?.Name);
                json.WriteEndObject();
                json.WriteString("refusal", compilation.Refusal);
                json.WriteStartObject("workflow");
                json.WriteStartArray("rules");
                foreach (var rule in compilation.WorkflowRules)
                    RuleReport.WriteJson(json, rule);
                json.WriteEndArray();
                json.WriteEndObject();
                json.WriteStartArray("jobs");
                foreach (var decision in compilation.Decisions)
                {
                    json.WriteStartObject();
                    JobExplanation.WriteJson(json, decision);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }
        );

    public static string ToText(Compilation compilation, PipelineContext context, Palette palette)
    {
        var text = new StringBuilder(palette.Strong(JobList.Title(compilation, context))).Append('\n');
        if (compilation.Refusal is { } refusal)
            text.Append(palette.Warn(PlainText.Of(refusal))).Append('\n');
        if (!compilation.WorkflowRules.IsEmpty)
            Workflow(text, compilation, palette);
        foreach (var decision in compilation.Decisions.OrderByDescending(decision => decision.Included))
            JobExplanation.Write(text.Append('\n'), decision, palette);
        return text.ToString();
    }

    private static void Workflow(StringBuilder text, Compilation compilation, Palette palette)
    {
        var rules = compilation.WorkflowRules;
        var verdict = rules[^1] is { Matched: true, When: not "never" } ? palette.Good("lets it be") : palette.Bad("wants no pipeline");
        text.Append('\n').Append(palette.Strong("workflow")).Append(' ').Append(verdict).Append('\n');
        foreach (var rule in rules)
            RuleReport.Write(text, rule, Math.Max(rules.Length, rule.Number), palette);
    }
}
