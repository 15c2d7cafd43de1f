using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Slipway.Compiler.Yaml;

/// <summary>
/// Turns the parser's complaints into libyaml's words, which users know and search for:
/// <c>(&lt;unknown&gt;): did not find expected key while parsing a block mapping at line 1 column 1</c>. The place in the words is where
/// the broken construct began, as with libyaml; the diagnostic's own position is where the trouble is.
/// </summary>
internal static class SyntaxErrors
{
    public static Diagnostic From(YamlException e, YamlText text)
    {
        var began = text.At(e.Start.Line - 1, e.Start.Column - 1);
        var trouble = text.At(e.End.Line - 1, e.End.Column - 1);
        var words = e.Message.TrimEnd('.');
        var comma = words.IndexOf(", ", StringComparison.Ordinal);
        var problem = comma < 0 ? Lower(words) : $"{words[(comma + 2)..].Trim()} {Lower(words[..comma])}";
        return Of(problem, began, trouble);
    }

    /// <summary>The parser gave up without a place: the flow collection that is open after the last event never ends.</summary>
    public static Diagnostic AfterLast(ParsingEvent? last, YamlText text)
    {
        var at = last is null ? text.At(0, 0) : text.At(last.End.Line - 1, last.End.Column - 1);
        return Of("did not find expected ',' or ']' while parsing a flow sequence", at, at);
    }

    private static Diagnostic Of(string problem, Position began, Position trouble) =>
        new(DiagnosticCode.YamlSyntax, Severity.Error, $"(<unknown>): {problem} at line {began.Line} column {began.Column}", trouble);

    private static string Lower(string words) => words.Length == 0 ? words : char.ToLowerInvariant(words[0]) + words[1..];
}
