using System.Text;
using System.Text.Json;
using Slipway.Cli.Terminal;
using Slipway.Compiler;

namespace Slipway.Cli.Reports;

/// <summary>One rule as it was answered: its clauses, the values they saw, the path that matched, file and line.</summary>
internal static class RuleReport
{
    /// <param name="count">How many rules there are.</param>
    public static void Write(StringBuilder text, RuleOutcome rule, int count, Palette palette)
    {
        var mark = rule.Matched ? palette.Good("✔ matched") : palette.Faint("✖ did not match");
        text.Append($"  rule {rule.Number} of {count} {mark}")
            .Append(palette.Faint($"   {PlainText.Of(rule.At.File)}:{rule.At.Line}"))
            .Append('\n');
        if (rule.If is { } condition)
            Condition(text, condition, rule, palette);
        Paths(text, "changes", rule.Changes, rule, palette);
        Paths(text, "exists", rule.Exists, rule, palette);
        if (rule is { If: null, Changes.IsEmpty: true, Exists.IsEmpty: true })
            text.Append(palette.Faint("      it has no conditions")).Append('\n');
        if (rule is { Matched: true, When: { } when })
            text.Append($"      when: {PlainText.Of(when)}").Append('\n');
    }

    public static void WriteJson(Utf8JsonWriter json, RuleOutcome rule)
    {
        json.WriteStartObject();
        json.WriteNumber("number", rule.Number);
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
        json.WriteString("condition", rule.Condition);
        json.WriteStartArray("clauses");
        foreach (var clause in rule.Clauses)
            WriteClause(json, clause);
        json.WriteEndArray();
        json.WriteString("file", rule.At.File);
        json.WriteNumber("line", rule.At.Line);
        json.WriteEndObject();
    }

    private static void Condition(StringBuilder text, string condition, RuleOutcome rule, Palette palette)
    {
        text.Append("      if: ").Append(PlainText.Of(condition)).Append('\n');
        foreach (var (name, value) in rule.Values.DistinctBy(pair => pair.Key))
            text.Append(
                    palette.Faint($"          ${PlainText.Of(name)} {(value is null ? "is not defined" : $"= \"{PlainText.Of(value)}\"")}")
                )
                .Append('\n');
    }

    private static void Paths(StringBuilder text, string keyword, IReadOnlyList<string> paths, RuleOutcome rule, Palette palette)
    {
        if (paths.Count == 0)
            return;
        text.Append($"      {keyword}: ").Append(string.Join(", ", paths.Select(PlainText.Of))).Append('\n');
        var answer = rule.Clauses.FirstOrDefault(clause => clause.Keyword == keyword);
        text.Append(
                palette.Faint($"          {(answer is null ? "not asked: what stands before it does not hold" : PlainText.Of(answer.Why))}")
            )
            .Append('\n');
    }

    private static void WriteClause(Utf8JsonWriter json, RuleOutcome.Clause clause)
    {
        json.WriteStartObject();
        json.WriteString("keyword", clause.Keyword);
        json.WriteBoolean("holds", clause.Holds);
        json.WriteString("why", clause.Why);
        json.WriteString("path", clause.Path);
        json.WriteString("glob", clause.Glob);
        json.WriteString("file", clause.At.File);
        json.WriteNumber("line", clause.At.Line);
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
