using Slipway.Server.Ui.Markup;

namespace Slipway.Server.Ui.Parts;

/// <summary>A text with the numbers of its lines, each a place one can link to.</summary>
internal static class SourceText
{
    public static Html Of(string text)
    {
        var lines = text.Split('\n');
        if (lines[^1].Length == 0)
            lines = lines[..^1];
        var rows = lines.Select(
            (line, at) =>
                Html.Of(
                    $"<tr id=\"L{at + 1}\"><td><a href=\"{Address.Here($"L{at + 1}")}\">{at + 1}</a></td><td>{line.TrimEnd('\r')}</td></tr>"
                )
        );
        return Html.Of($"<table class=\"source\"><tbody>{rows}</tbody></table>");
    }
}
