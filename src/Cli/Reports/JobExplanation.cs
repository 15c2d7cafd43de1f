using System.Text;
using System.Text.Json;
using Slipway.Cli.Terminal;
using Slipway.Compiler;

namespace Slipway.Cli.Reports;

/// <summary><c>slipway explain JOB</c>: why a job is in the pipeline or not, rule by rule, with the value each variable had.</summary>
internal static class JobExplanation
{
    public static void WriteJson(Stream to, JobDecision decision, CompiledJob? job) =>
        JsonText.Write(
            to,
            json =>
            {
                json.WriteString("job", job?.Name ?? decision.Job);
                json.WriteBoolean("included", decision.Included);
                json.WriteStartArray("rules");
                foreach (var rule in decision.Rules)
                    WriteRule(json, rule);
                json.WriteEndArray();
                json.WriteString("when", decision.When);
                json.WriteString("reason", decision.Reason);
            }
        );

    public static string ToText(JobDecision decision, CompiledJob? job, Compilation compilation, Palette palette)
    {
        var text = new StringBuilder();
        var verdict = decision.Included ? palette.Good("in the pipeline") : palette.Bad("not in the pipeline");
        text.Append(palette.Strong(PlainText.Of(job?.Name ?? decision.Job))).Append(" is ").Append(verdict);
        if (decision.At is { } at)
            text.Append(palette.Faint($"   ({PlainText.Of(at.File)}:{at.Line})"));
        text.Append('\n');
        if (compilation.Refusal is { } refusal)
            text.Append("  ").Append(palette.Warn(PlainText.Of(refusal))).Append('\n');
        for (var i = 0; i < decision.Rules.Length; i++)
            Rule(text, i + 1, decision.Rules[i], palette);
        text.Append("  → ").Append(PlainText.Of(decision.Reason));
        if (decision is { Included: true, When: { } when })
            text.Append($"; when: {PlainText.Of(when)}");
        return text.Append('\n').ToString();
    }

    private static void Rule(StringBuilder text, int number, RuleOutcome rule, Palette palette)
    {
        var mark = rule.Matched ? palette.Good("✔ matched") : palette.Faint("✖ did not match");
        text.Append($"  rule {number} ").Append(palette.Faint($"(line {rule.At.Line})")).Append(' ').Append(mark).Append('\n');
        if (rule.If is { } condition)
            text.Append("      if: ").Append(PlainText.Of(condition)).Append('\n');
        foreach (var (name, value) in rule.Values)
            text.Append(
                    palette.Faint($"          ${PlainText.Of(name)} = {(value is null ? "(not defined)" : $"\"{PlainText.Of(value)}\"")}")
                )
                .Append('\n');
        Paths(text, "changes", rule.Changes, rule);
        Paths(text, "exists", rule.Exists, rule);
    }

    private static void Paths(StringBuilder text, string clause, IReadOnlyList<string> paths, RuleOutcome rule)
    {
        if (paths.Count == 0)
            return;
        text.Append($"      {clause}: ").Append(string.Join(", ", paths.Select(PlainText.Of)));
        if (rule.MatchedPath is { } matched)
            text.Append($"   ({PlainText.Of(matched)})");
        text.Append('\n');
    }

    private static void WriteRule(Utf8JsonWriter json, RuleOutcome rule)
    {
        json.WriteStartObject();
        json.WriteString("if", rule.If);
        WriteClause(json, "changes", rule.Changes);
        WriteClause(json, "exists", rule.Exists);
        json.WriteStartObject("values");
        foreach (var (name, value) in rule.Values.DistinctBy(pair => pair.Key))
            json.WriteString(name, value);
        json.WriteEndObject();
        json.WriteBoolean("matched", rule.Matched);
        json.WriteString("when", rule.When);
        json.WriteString("matched_path", rule.MatchedPath);
        json.WriteNumber("line", rule.At.Line);
        json.WriteEndObject();
    }

    /// <summary>Null when the rule has no such clause.</summary>
    private static void WriteClause(Utf8JsonWriter json, string name, IReadOnlyList<string> paths)
    {
        if (paths.Count == 0)
            json.WriteNull(name);
        else
            json.WriteStrings(name, paths);
    }
}
