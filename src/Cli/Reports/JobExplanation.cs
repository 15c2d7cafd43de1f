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
    public static void Write(Page page, JobDecision decision, string? name = null)
    {
        var palette = page.Palette;
        var (verdict, look) = decision.Included
            ? ("in the pipeline", palette.Good)
            : ("not in the pipeline", (Func<string, string>)palette.Bad);
        var at = decision.At is { } job ? $"  {PlainText.Of(job.File)}:{job.Line}" : "";
        page.Line(0, (PlainText.Of(name ?? decision.Job), palette.Strong), ("is", null), (verdict, look), (at, palette.Faint));
        foreach (var rule in decision.Rules)
            RuleReport.Write(page, rule, decision.RuleCount);
        if (decision.RuleCount - decision.Rules.Length is > 0 and var left)
            page.Line(2, ($"{(left == 1 ? "the rule after it is" : $"the {left} rules after it are")} not asked", palette.Faint));
        var when = decision is { Included: true, When: { } word } ? $"; when: {PlainText.Of(word)}" : "";
        var reason = $"→ {PlainText.Of(decision.Reason)}{when}";
        if (decision is { Rules.IsEmpty: true, DecidedAt: { } decided } && decided != decision.At)
            page.Line(2, (reason, null), ($"  {PlainText.Of(decided.File)}:{decided.Line}", palette.Faint));
        else
            page.Line(2, reason);
    }
}
