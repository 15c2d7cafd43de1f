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

    public static string ToText(Compilation compilation, PipelineContext context, Palette palette, int columns)
    {
        var page = new Page(palette, columns);
        page.Line(0, (JobList.Title(compilation, context), palette.Strong));
        if (compilation.Refusal is { } refusal)
            page.Line(0, (PlainText.Of(refusal), palette.Warn));
        if (!compilation.WorkflowRules.IsEmpty)
            Workflow(page, compilation);
        foreach (var decision in compilation.Decisions.OrderByDescending(decision => decision.Included))
        {
            page.Blank();
            JobExplanation.Write(page, decision);
        }

        return page.ToString();
    }

    private static void Workflow(Page page, Compilation compilation)
    {
        var rules = compilation.WorkflowRules;
        page.Blank();
        if (rules[^1] is { Matched: true, When: not "never" })
            page.Line(0, ("workflow", page.Palette.Strong), ("lets it be", page.Palette.Good));
        else
            page.Line(0, ("workflow", page.Palette.Strong), ("wants no pipeline", page.Palette.Bad));
        foreach (var rule in rules)
            RuleReport.Write(page, rule, Math.Max(rules.Length, rule.Number));
    }
}
