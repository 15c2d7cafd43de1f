using System.Buffers;
using System.Text;
using Slipway.Cli.Terminal;
using Slipway.Compiler;
using Slipway.Compiler.Explanations;

namespace Slipway.Cli.Reports;

/// <summary>What the compiler has to say about a configuration, for eyes: each diagnostic with the line it speaks of.</summary>
/// <param name="readText">A file's text by the name positions have; <see langword="null"/> when it is not at hand (remote files).</param>
/// <param name="columns">Cells a line may have; 0: nothing is cut or broken.</param>
internal sealed class LintReport(Func<string, string?> readText, Palette palette, int columns)
{
    private const int LongestLine = 160;
    private static readonly SearchValues<char> TokenEnds = SearchValues.Create(" \t,]}:#");

    private readonly StringBuilder _text = new();
    private readonly HashSet<string> _advised = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string[]?> _files = new(StringComparer.Ordinal);

    public static string ToText(IReadOnlyList<Diagnostic> diagnostics, Func<string, string?> readText, Palette palette, int columns = 0)
    {
        var report = new LintReport(readText, palette, columns);
        foreach (var diagnostic in diagnostics)
            report.Add(diagnostic);
        return report._text.ToString();
    }

    /// <summary><c>1 error, 0 warnings in 9 ms</c>, and how to learn more about the first.</summary>
    public static string Summary(Compilation compilation, TimeSpan elapsed)
    {
        var errors = compilation.Diagnostics.Count(d => d.Severity == Severity.Error);
        var counts =
            $"{JobList.Count(errors, "error")}, {JobList.Count(compilation.Diagnostics.Length - errors, "warning")} in {elapsed.TotalMilliseconds:0} ms";
        return compilation.Diagnostics is [var first, ..] ? $"{counts}   (slipway explain {first.Code})" : counts;
    }

    private void Add(Diagnostic diagnostic)
    {
        var label = $"{CodeExplanation.Word(diagnostic.Severity)}[{diagnostic.Code}]";
        var margin = diagnostic.At is { } place ? new string(' ', place.Line.ToString().Length) : " ";
        var message = Paragraph.Lines($"{label}: {PlainText.Of(diagnostic.Message)}", columns);
        _text
            .Append(diagnostic.Severity == Severity.Error ? palette.Bad(label) : palette.Warn(label))
            .Append(": ")
            .Append(palette.Strong(message[0][(label.Length + 1)..].TrimStart()))
            .Append('\n');
        foreach (var line in message.Skip(1))
            _text.Append(palette.Strong(line)).Append('\n');
        var helpShown = false;
        if (diagnostic.At is { } at)
        {
            _text.Append(margin).Append(palette.Faint(" ┌─ ")).Append(PlainText.Of(at.File)).Append($":{at.Line}:{at.Column}").Append('\n');
            helpShown = Source(at, Lines(at.File), diagnostic.Help);
        }

        foreach (var (trailLabel, trailAt) in diagnostic.Trail)
            Note(margin, $"{trailLabel} {trailAt}");
        if (!helpShown && (diagnostic.Help ?? GeneralHelp(diagnostic.Code)) is { } help)
            Note(margin, "help: " + help);
    }

    /// <summary>What holds for every mistake of a code is told once.</summary>
    private string? GeneralHelp(string code) => _advised.Add(code) ? DiagnosticTable.Find(code)?.Help : null;

    private void Note(string margin, string sentence)
    {
        var lines = Paragraph.Lines(PlainText.Of(sentence), columns == 0 ? 0 : Math.Max(20, columns - margin.Length - 3));
        _text.Append(margin).Append(palette.Faint(" = ")).AppendJoin("\n" + new string(' ', margin.Length + 3), lines).Append('\n');
    }

    /// <returns>Whether the help stands beside the caret.</returns>
    private bool Source(Position at, string[]? lines, string? help)
    {
        if (lines is null || at.Line < 1 || at.Line > lines.Length)
            return false;
        var line = lines[at.Line - 1].TrimEnd('\r');
        var start = Math.Clamp(at.Column - 1, 0, line.Length);
        var before = CellWidth.Of(PlainText.OfLine(line[..start]));
        var token = PlainText.OfLine(line[start..(start + TokenLength(line.AsSpan(start)))]);
        var margin = new string(' ', at.Line.ToString().Length);
        var room = columns == 0 ? LongestLine : Math.Max(20, Math.Min(LongestLine, columns - margin.Length - 3));
        _text.Append(palette.Faint($"{at.Line} │ ")).Append(CellWidth.Cut(PlainText.OfLine(line), room)).Append('\n');
        var caret = new string('^', Math.Max(1, CellWidth.Of(token)));
        if (before + caret.Length > room)
            return false;
        _text.Append(palette.Faint($"{margin} │ ")).Append(' ', before).Append(palette.Bad(caret));
        var helpFits = help is not null && (columns == 0 || before + caret.Length + 1 + CellWidth.Of(help) <= room);
        if (helpFits)
            _text.Append(' ').Append(PlainText.Of(help));
        _text.Append('\n');
        return helpFits;
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

    private string[]? Lines(string file)
    {
        if (!_files.TryGetValue(file, out var lines))
            _files[file] = lines = readText(file)?.Split('\n');
        return lines;
    }
}
