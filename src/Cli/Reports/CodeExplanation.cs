using System.Text;
using System.Text.Json;
using Slipway.Cli.Terminal;
using Slipway.Compiler;
using Slipway.Compiler.Explanations;

namespace Slipway.Cli.Reports;

/// <summary><c>slipway explain CODE</c> and <c>--codes</c>: what a diagnostic means, wrong and right side by side.</summary>
internal static class CodeExplanation
{
    public static string ToText(DiagnosticTable.Entry entry, Palette palette, int columns)
    {
        var text = new StringBuilder();
        var code = $"{Word(entry.Severity)}[{entry.Code}]";
        text.Append(entry.Severity == Severity.Error ? palette.Bad(code) : palette.Warn(code)).Append('\n');
        Sentence(text, entry.Meaning, columns);
        text.Append('\n').Append(palette.Strong("GitLab says:")).Append('\n');
        foreach (var message in entry.Messages)
            Sentence(text, message, columns);
        Example(text, palette.Strong("wrong:"), entry.Wrong);
        Example(text, palette.Strong("right:"), entry.Right);
        text.Append('\n').Append(palette.Strong("help:")).Append('\n');
        Sentence(text, entry.Help, columns);
        return text.ToString();
    }

    public static void WriteJson(Stream to, DiagnosticTable.Entry entry) => JsonText.Write(to, json => Members(json, entry));

    public static string AllToText(Palette palette, int columns)
    {
        var text = new StringBuilder();
        foreach (var entry in DiagnosticTable.All)
        {
            var lines = Paragraph.Lines(entry.Meaning, columns == 0 ? 0 : Math.Max(20, columns - entry.Code.Length - 2));
            text.Append(entry.Severity == Severity.Error ? palette.Strong(entry.Code) : palette.Warn(entry.Code))
                .Append("  ")
                .AppendJoin("\n" + new string(' ', entry.Code.Length + 2), lines)
                .Append('\n');
        }

        return text.ToString();
    }

    public static void WriteAllJson(Stream to) =>
        JsonText.Write(
            to,
            json =>
            {
                json.WriteStartArray("codes");
                foreach (var entry in DiagnosticTable.All)
                {
                    json.WriteStartObject();
                    Members(json, entry);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }
        );

    public static string Word(Severity severity) => severity == Severity.Error ? "error" : "warning";

    private static void Members(Utf8JsonWriter json, DiagnosticTable.Entry entry)
    {
        json.WriteString("code", entry.Code);
        json.WriteString("severity", Word(entry.Severity));
        json.WriteString("meaning", entry.Meaning);
        json.WriteStrings("messages", entry.Messages);
        json.WriteString("help", entry.Help);
        json.WriteString("wrong", entry.Wrong);
        json.WriteString("right", entry.Right);
    }

    private static void Sentence(StringBuilder text, string sentence, int columns)
    {
        foreach (var line in Paragraph.Lines(sentence, columns == 0 ? 0 : Math.Max(20, columns - 2)))
            text.Append("  ").Append(line).Append('\n');
    }

    private static void Example(StringBuilder text, string title, string? yaml)
    {
        if (yaml is null)
            return;
        text.Append('\n').Append(title).Append('\n');
        foreach (var line in (yaml.Length == 0 ? "(a blank file)" : yaml).Split('\n'))
            text.Append(line.Length == 0 ? "" : "    ").Append(line).Append('\n');
    }
}
