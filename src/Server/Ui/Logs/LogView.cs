using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Logs;

/// <summary>A log's pieces as markup. The script makes the same of those that come later.</summary>
internal static class LogView
{
    /// <summary>Rows of a group. Browsers leave out groups that are not on the screen; the style sheet knows how high so many rows are.</summary>
    private const int Group = 100;

    /// <param name="partial">A last line that may go on.</param>
    public static Html Of(IReadOnlyList<LogItem> items, LogItem.Line? partial)
    {
        var levels = new Stack<Level>();
        levels.Push(new Level(null));
        foreach (var item in items)
        {
            switch (item)
            {
                case LogItem.Line line:
                    levels.Peek().AddRow(Line(line));
                    levels.Peek().HasTrouble |= line.Texts.Any(IsTrouble);
                    break;
                case LogItem.Open open:
                    levels.Push(new Level(open));
                    break;
                case LogItem.Close close when levels.Count > 1:
                    Fold(levels, Html.Of($"<time>{Times.Span(close.Seconds)}</time>"), isOver: true);
                    break;
            }
        }

        if (partial is not null)
            levels.Peek().Add(Html.Of($"<div data-partial>{Line(partial)}</div>"));
        while (levels.Count > 1)
            Fold(levels, Html.Nothing, isOver: false);
        return Html.Join(levels.Peek().Inside);
    }

    /// <param name="page">The page that has the line; nothing: this one.</param>
    public static Html Line(LogItem.Line line, Address? page = null)
    {
        var anchor = $"L{line.Number}";
        var to = page is { } other ? other.At(anchor) : Address.Here(anchor);
        var at = line.Number == 0 ? Html.Of($"<a></a>") : Html.Of($"<a href=\"{to}\">{line.Number}</a>");
        var id = line.Number == 0 || page is not null ? Html.Nothing : Html.Of($" id=\"{anchor}\"");
        var time = line.Stamp is null ? Html.Nothing : Html.Of($"<time>{line.Stamp}</time>");
        return Html.Of($"<div class=\"l\"{id}>{at}<span>{line.Texts.Select(Text)}</span>{time}</div>");
    }

    /// <summary>What the runner's own work shows is folded when it is over, unless something in it is red.</summary>
    private static void Fold(Stack<Level> levels, Html took, bool isOver)
    {
        var level = levels.Pop();
        var open = level.Section!;
        levels.Peek().HasTrouble |= level.HasTrouble;
        var isFolded = open.Collapsed || (isOver && open.IsChore && !level.HasTrouble);
        var unfolded = Html.Of($" open").When(!isFolded);
        var goesOn = Html.Of($" data-section=\"open\"").When(!isOver);
        var chore = Html.Of($" data-chore").When(open.IsChore && !isOver);
        var head = Line(new LogItem.Line(open.Number, open.Stamp, open.Texts));
        levels.Peek().Add(Html.Of($"<details{goesOn}{chore}{unfolded}><summary>{head}{took}</summary>{level.Inside}</details>"));
    }

    private static bool IsTrouble(LogText text) => text.Style.Split(' ').Any(word => word is "f1" or "f9");

    private static Html Text(LogText text) =>
        text.Link is { } link && Address.Web(link) is { } address
            ? Html.Of($"<a class=\"{text.Style}\" href=\"{address}\" rel=\"noopener noreferrer nofollow\">{text.Text}</a>")
        : text.Style.Length == 0 ? Html.Of($"{text.Text}")
        : Html.Of($"<span class=\"{text.Style}\">{text.Text}</span>");

    private sealed record Level(LogItem.Open? Section)
    {
        /// <summary>That stand last and in no group yet.</summary>
        private int _rows;

        public List<Html> Inside { get; } = [];
        public bool HasTrouble { get; set; }

        public void AddRow(Html row)
        {
            Inside.Add(row);
            if (++_rows < Group)
                return;
            var group = Html.Of($"<div class=\"hundred\">{Inside[^Group..]}</div>");
            Inside.RemoveRange(Inside.Count - Group, Group);
            Add(group);
        }

        public void Add(Html other)
        {
            Inside.Add(other);
            _rows = 0;
        }
    }
}
