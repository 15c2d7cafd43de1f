using System.Buffers;
using System.Text;
using System.Text.Json;
using Slipway.Cli.Terminal;
using Slipway.Compiler;

namespace Slipway.Cli.Reports;

/// <summary>What the compiler has to say about a configuration, for eyes and for scripts.</summary>
internal static class LintReport
{
    private static readonly SearchValues<char> TokenEnds = SearchValues.Create(" \t,]}:#");

    public static void WriteJson(Stream to, Compilation compilation) =>
        JsonText.Write(
            to,
            json =>
            {
                json.WriteBoolean("valid", compilation.IsValid);
                WriteAll(json, "errors", compilation, Severity.Error);
                WriteAll(json, "warnings", compilation, Severity.Warning);
                json.WriteStartArray("jobs");
                foreach (var job in compilation.Pipeline?.Jobs ?? [])
                    JobJson.Write(json, job);
                json.WriteEndArray();
            }
        );

    /// <summary>Each diagnostic with the line it speaks of.</summary>
    /// <param name="readText">A file's text by the name positions have; <see langword="null"/> when it is not at hand (remote files).</param>
    public static string ToText(IReadOnlyList<Diagnostic> diagnostics, Func<string, string?> readText, Palette palette)
    {
        var text = new StringBuilder();
        var files = new Dictionary<string, string[]?>(StringComparer.Ordinal);
        foreach (var diagnostic in diagnostics)
            One(text, diagnostic, files, readText, palette);
        return text.ToString();
    }

    /// <summary><c>1 error, 0 warnings in 9 ms</c>.</summary>
    public static string Summary(Compilation compilation, TimeSpan elapsed)
    {
        var errors = compilation.Diagnostics.Count(d => d.Severity == Severity.Error);
        return $"{JobList.Count(errors, "error")}, {JobList.Count(compilation.Diagnostics.Length - errors, "warning")} in {elapsed.TotalMilliseconds:0} ms";
    }

    private static void One(
        StringBuilder text,
        Diagnostic diagnostic,
        Dictionary<string, string[]?> files,
        Func<string, string?> readText,
        Palette palette
    )
    {
        var isError = diagnostic.Severity == Severity.Error;
        var label = isError ? palette.Bad($"error[{diagnostic.Code}]") : palette.Warn($"warning[{diagnostic.Code}]");
        text.Append(label).Append(": ").Append(palette.Strong(PlainText.Of(diagnostic.Message))).Append('\n');
        var helpShown = false;
        var margin = "  ";
        if (diagnostic.At is { } at)
        {
            margin = new string(' ', at.Line.ToString().Length);
            text.Append(margin).Append(palette.Faint(" ┌─ ")).Append(PlainText.Of(at.File)).Append($":{at.Line}:{at.Column}").Append('\n');
            helpShown = Source(text, at, Lines(at.File, files, readText), diagnostic.Help, palette);
        }

        foreach (var (trailLabel, place) in diagnostic.Trail)
            text.Append(margin).Append(palette.Faint(" = ")).Append(PlainText.Of($"{trailLabel} {place}")).Append('\n');
        if (!helpShown && diagnostic.Help is { } help)
            text.Append(margin).Append(palette.Faint(" = ")).Append("help: ").Append(PlainText.Of(help)).Append('\n');
    }

    private static bool Source(StringBuilder text, Position at, string[]? lines, string? help, Palette palette)
    {
        if (lines is null || at.Line < 1 || at.Line > lines.Length)
            return false;
        var line = lines[at.Line - 1].TrimEnd('\r');
        var start = Math.Clamp(at.Column - 1, 0, line.Length);
        var before = PlainText.OfLine(line[..start]);
        var token = PlainText.OfLine(line[start..(start + TokenLength(line.AsSpan(start)))]);
        var margin = new string(' ', at.Line.ToString().Length);
        text.Append(palette.Faint($"{at.Line} │ ")).Append(CellWidth.Cut(PlainText.OfLine(line), 160)).Append('\n');
        var caret = new string('^', Math.Max(1, CellWidth.Of(token)));
        text.Append(palette.Faint($"{margin} │ ")).Append(' ', CellWidth.Of(before)).Append(palette.Bad(caret));
        if (help is not null)
            text.Append(' ').Append(PlainText.Of(help));
        text.Append('\n');
        return help is not null;
    }

    /// <summary>How much to underline: a quoted text whole, a plain one up to where it ends in a flow list or at a colon, at most 40 characters.</summary>
    private static int TokenLength(ReadOnlySpan<char> rest)
    {
        if (rest.IsEmpty)
            return 0;
        if (rest[0] is '"' or '\'' && rest[1..].IndexOf(rest[0]) is >= 0 and var quote)
            return Math.Min(quote + 2, 40);
        var end = rest.IndexOfAny(TokenEnds);
        return Math.Min(end < 0 ? rest.Length : Math.Max(1, end), 40);
    }

    private static string[]? Lines(string file, Dictionary<string, string[]?> files, Func<string, string?> readText)
    {
        if (!files.TryGetValue(file, out var lines))
            files[file] = lines = readText(file)?.Split('\n');
        return lines;
    }

    private static void WriteAll(Utf8JsonWriter json, string name, Compilation compilation, Severity severity)
    {
        json.WriteStartArray(name);
        foreach (var diagnostic in compilation.Diagnostics)
        {
            if (diagnostic.Severity != severity)
                continue;
            json.WriteStartObject();
            json.WriteString("code", diagnostic.Code);
            json.WriteString("message", diagnostic.Message);
            json.WriteString("file", diagnostic.At?.File);
            json.WriteNumber("line", diagnostic.At?.Line);
            json.WriteNumber("column", diagnostic.At?.Column);
            if (diagnostic.Help is { } help)
                json.WriteString("help", help);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
