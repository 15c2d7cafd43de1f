using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Logs;

/// <summary>A log's pieces as markup. The script makes the same of those that come later.</summary>
internal static class LogView
{
    /// <param name="partial">A last line that may go on.</param>
    public static Html Of(IReadOnlyList<LogItem> items, LogItem.Line? partial)
    {
        var levels = new Stack<(Html Head, List<Html> Inside)>();
        levels.Push((Html.Nothing, []));
        foreach (var item in items)
        {
            switch (item)
            {
                case LogItem.Line line:
                    levels.Peek().Inside.Add(Line(line.Number, line.Stamp, line.Texts));
                    break;
                case LogItem.Open open:
                    var isOpen = open.Collapsed ? Html.Nothing : Html.Of($" open");
                    levels.Push((Html.Of($"{isOpen}><summary>{Line(open.Number, open.Stamp, open.Texts)}"), []));
                    break;
                case LogItem.Close close when levels.Count > 1:
                    Fold(levels, Html.Of($"<time>{Times.Span(close.Seconds)}</time>"), Html.Nothing);
                    break;
            }
        }

        if (partial is not null)
            levels.Peek().Inside.Add(Html.Of($"<div data-partial>{Line(partial.Number, partial.Stamp, partial.Texts)}</div>"));
        while (levels.Count > 1)
            Fold(levels, Html.Nothing, Html.Of($" data-section=\"open\""));
        return Html.Join(levels.Peek().Inside);
    }

    private static void Fold(Stack<(Html Head, List<Html> Inside)> levels, Html took, Html mark)
    {
        var (head, inside) = levels.Pop();
        levels.Peek().Inside.Add(Html.Of($"<details{mark}{head}{took}</summary>{inside}</details>"));
    }

    private static Html Line(long number, string? stamp, IReadOnlyList<LogText> texts)
    {
        var at = number == 0 ? Html.Of($"<a></a>") : Html.Of($"<a href=\"{Address.Here($"L{number}")}\">{number}</a>");
        var id = number == 0 ? Html.Nothing : Html.Of($" id=\"L{number}\"");
        var time = stamp is null ? Html.Nothing : Html.Of($"<time>{stamp}</time>");
        return Html.Of($"<div class=\"l\"{id}>{at}<span>{texts.Select(Text)}</span>{time}</div>");
    }

    private static Html Text(LogText text) =>
        text.Link is { } link && Address.Web(link) is { } address
            ? Html.Of($"<a class=\"{text.Style}\" href=\"{address}\" rel=\"noopener noreferrer nofollow\">{text.Text}</a>")
        : text.Style.Length == 0 ? Html.Of($"{text.Text}")
        : Html.Of($"<span class=\"{text.Style}\">{text.Text}</span>");
}
