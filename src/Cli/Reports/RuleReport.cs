using System.Text.Json;
using Slipway.Cli.Terminal;
using Slipway.Compiler;

namespace Slipway.Cli.Reports;

/// <summary>One rule as it was answered: its clauses, the values they saw, the path that matched, file and line.</summary>
internal static class RuleReport
{
    /// <param name="count">How many rules there are.</param>
    public static void Write(Page page, RuleOutcome rule, int count)
    {
        var (mark, look) = rule.Matched ? ("✔ matched", page.Palette.Good) : ("✖ did not match", (Func<string, string>)page.Palette.Faint);
        page.Line(
            2,
            ($"rule {rule.Number} of {count}", null),
            (mark, look),
            ($"  {PlainText.Of(rule.At.File)}:{rule.At.Line}", page.Palette.Faint)
        );
        if (rule.If is { } condition)
            Condition(page, condition, rule);
        Paths(page, "changes", rule.Changes, rule);
        Paths(page, "exists", rule.Exists, rule);
        if (rule is { If: null, Changes.IsEmpty: true, Exists.IsEmpty: true })
            page.Line(6, ("it has no conditions", page.Palette.Faint));
        if (rule is { Matched: true, When: { } when })
            page.Line(6, $"when: {PlainText.Of(when)}");
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

    private static void Condition(Page page, string condition, RuleOutcome rule)
    {
        page.Line(6, $"if: {PlainText.Of(condition)}");
        foreach (var (name, value) in rule.Values.DistinctBy(pair => pair.Key))
        {
            var known = value is null ? "is not defined" : $"= \"{PlainText.Of(value)}\"";
            page.Line(10, ($"${PlainText.Of(name)} {known}", page.Palette.Faint));
        }
    }

    private static void Paths(Page page, string keyword, IReadOnlyList<string> paths, RuleOutcome rule)
    {
        if (paths.Count == 0)
            return;
        page.Line(6, $"{keyword}: {string.Join(", ", paths.Select(PlainText.Of))}");
        var answer = rule.Clauses.FirstOrDefault(clause => clause.Keyword == keyword);
        page.Line(10, (answer is null ? "not asked: what stands before it does not hold" : PlainText.Of(answer.Why), page.Palette.Faint));
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
