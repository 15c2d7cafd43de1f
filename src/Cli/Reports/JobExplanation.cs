using System.Text;
using System.Text.Json;
using Slipway.Cli.Terminal;
using Slipway.Compiler;

namespace Slipway.Cli.Reports;

/// <summary><c>slipway explain JOB</c>: why a job is in the pipeline or not, rule by rule, with the value each variable had.</summary>
internal static class JobExplanation
{
    /// <param name="name">What the job is called; by itself the decision's, which parallel jobs share.</param>
    public static void WriteJson(Utf8JsonWriter json, JobDecision decision, string? name = null)
    {
        json.WriteString("job", name ?? decision.Job);
        json.WriteBoolean("included", decision.Included);
        json.WriteStartArray("rules");
        foreach (var rule in decision.Rules)
            RuleReport.WriteJson(json, rule);
        json.WriteEndArray();
        json.WriteString("when", decision.When);
        json.WriteString("reason", decision.Reason);
        json.WriteString("file", decision.At?.File);
        json.WriteNumber("line", decision.At?.Line);
        json.WriteStartObject("decided_at");
        json.WriteString("file", decision.DecidedAt?.File);
        json.WriteNumber("line", decision.DecidedAt?.Line);
        json.WriteEndObject();
    }

    /// <param name="name">As in <see cref="WriteJson"/>.</param>
    public static void Write(StringBuilder text, JobDecision decision, Palette palette, string? name = null)
    {
        var verdict = decision.Included ? palette.Good("in the pipeline") : palette.Bad("not in the pipeline");
        text.Append(palette.Strong(PlainText.Of(name ?? decision.Job))).Append(" is ").Append(verdict);
        if (decision.At is { } at)
            text.Append(palette.Faint($"   {PlainText.Of(at.File)}:{at.Line}"));
        text.Append('\n');
        foreach (var rule in decision.Rules)
            RuleReport.Write(text, rule, decision.RuleCount, palette);
        if (decision.RuleCount - decision.Rules.Length is > 0 and var left)
            text.Append(
                    palette.Faint($"  {(left == 1 ? "the rule" : $"the {left} rules")} after it {(left == 1 ? "is" : "are")} not asked")
                )
                .Append('\n');
        text.Append("  → ").Append(PlainText.Of(decision.Reason));
        if (decision is { Included: true, When: { } when })
            text.Append($"; when: {PlainText.Of(when)}");
        if (decision is { Rules.IsEmpty: true, DecidedAt: { } decided } && decided != decision.At)
            text.Append(palette.Faint($"   {PlainText.Of(decided.File)}:{decided.Line}"));
        text.Append('\n');
    }
}
