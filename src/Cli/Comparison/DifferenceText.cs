using System.Collections.Immutable;
using System.Text;
using Slipway.Cli.Reports;
using Slipway.Cli.Terminal;

namespace Slipway.Cli.Comparison;

/// <summary><c>config diff</c> for eyes: a table of jobs by kinds of pipelines, then what has changed in each job.</summary>
internal sealed class DifferenceText(ConfigurationDifference difference, Palette palette, int columns)
{
    private const int Indent = 4;
    private const int WidestName = 40;

    private readonly StringBuilder _text = new();

    public static string Of(ConfigurationDifference difference, Side from, Side to, Palette palette, int columns)
    {
        var report = new DifferenceText(difference, palette, columns);
        report.Write($"{PlainText.Of(from.Name)} → {PlainText.Of(to.Name)}");
        return report._text.ToString();
    }

    private void Write(string title)
    {
        _text.Append(palette.Strong(title)).Append('\n');
        if (difference.IsEmpty)
            _text.Append("no job differs in any pipeline\n");
        else if (difference.IsEmptyItself)
            _text.Append("no job differs but in child pipelines\n");
        else
            Body();
        foreach (var (triggers, text) in ChildTexts())
        {
            var names =
                triggers.Length > 6 ? $"{string.Join(", ", triggers[..5])} and {triggers.Length - 5} more" : string.Join(", ", triggers);
            _text.Append('\n');
            foreach (var line in Paragraph.Lines($"child pipeline{(triggers.Length == 1 ? "" : "s")} of {names}", columns))
                _text.Append(palette.Strong(line)).Append('\n');
            _text.Append(text);
        }
    }

    /// <summary>A child's child is named after both trigger jobs. Children that differ in the very same way, a matrix's often do, stand together.</summary>
    private (string[] Triggers, string Text)[] ChildTexts() =>
        [
            .. Children(difference, "")
                .GroupBy(child => child.Text, child => child.Trigger, StringComparer.Ordinal)
                .Select(same => (same.ToArray(), same.Key)),
        ];

    private IEnumerable<(string Trigger, string Text)> Children(ConfigurationDifference above, string path)
    {
        foreach (var (triggerJob, child) in above.Children)
        {
            var trigger = path + PlainText.Of(triggerJob);
            if (!child.IsEmptyItself)
            {
                var report = new DifferenceText(child, palette, columns);
                report.Body();
                yield return (trigger, report._text.ToString());
            }

            foreach (var below in Children(child, trigger + " → "))
                yield return below;
        }
    }

    private void Body()
    {
        if (!difference.Jobs.IsEmpty)
            Table();
        foreach (var refusal in difference.Refusals)
            Refusal(refusal);
        if (!difference.Globals.IsEmpty)
            Block("the pipeline as a whole", difference.Globals, []);
        Details();
        Summary();
    }

    private void Table()
    {
        var wide = Math.Min(WidestName, difference.Jobs.Max(job => CellWidth.Of(PlainText.Of(job.Name))));
        var isNarrow = columns > 0 && 4 + wide + difference.Kinds.Sum(kind => kind.Name.Length + 2) > columns;
        _text.Append('\n');
        if (!isNarrow)
            _text
                .Append(' ', 2 + wide)
                .Append(palette.Faint(string.Concat(difference.Kinds.Select(kind => "  " + kind.Name))))
                .Append('\n');
        foreach (var job in difference.Jobs)
        {
            var name = CellWidth.Cut(PlainText.Of(job.Name), wide);
            _text.Append(Mark(job.Change)).Append(' ').Append(isNarrow ? name : CellWidth.Pad(name, wide));
            if (isNarrow)
                Kinds(job);
            else
                foreach (var (kind, at) in difference.Kinds.Zip(job.Kinds))
                    _text.Append("  ").Append(Mark(at.Change)).Append(' ', kind.Name.Length - 1);
            Trim();
            _text.Append('\n');
        }

        if (!isNarrow)
            Legend();
    }

    private void Kinds(JobDifference job)
    {
        foreach (var same in job.Kinds.Where(kind => kind.Change != Change.None).GroupBy(kind => kind.Change))
        foreach (var line in Paragraph.Lines(string.Join(", ", same.Select(kind => kind.Kind)), columns - 6))
            _text.Append("\n    ").Append(Mark(same.Key)).Append(' ').Append(line);
    }

    /// <summary>The columns' words in full, where they do not say it all.</summary>
    private void Legend()
    {
        var words = string.Join(", ", difference.Kinds.Select(kind => $"{kind.Name}: {PlainText.Of(kind.Description)}"));
        foreach (var line in Paragraph.Lines(words, columns))
            _text.Append(palette.Faint(line)).Append('\n');
    }

    private void Refusal(RefusalChange refusal)
    {
        var kind = difference.Kinds.First(kind => kind.Name == refusal.Kind);
        var text = (refusal.From, refusal.To) switch
        {
            (null, { } why) => $"no pipeline any more: {why}",
            ({ } why, null) => $"a pipeline now; before: {why}",
            var (before, after) => $"no pipeline; before: {before}, now: {after}",
        };
        foreach (var line in Paragraph.Lines($"{PlainText.Of(kind.Description)}: {PlainText.Of(text)}", columns))
            _text.Append(palette.Warn(line)).Append('\n');
    }

    /// <summary>Jobs that differ in the very same way stand together: a changed default would else be told once for each job.</summary>
    private void Details()
    {
        var groups = difference
            .Jobs.Where(job => job.Change == Change.Changed || HasEffects(job))
            .GroupBy(Fingerprint, StringComparer.Ordinal);
        foreach (var group in groups)
        {
            string[] names = [.. group.Select(job => PlainText.Of(job.Name))];
            var title = names.Length > 6 ? $"{string.Join(", ", names.Take(5))} and {names.Length - 5} more" : string.Join(", ", names);
            Block(title, group.First().Keywords, group.First().Kinds);
        }
    }

    private static bool HasEffects(JobDifference job) => job.Kinds.Any(kind => !kind.Keywords.IsEmpty);

    private static string Fingerprint(JobDifference job) =>
        string.Join('\0', job.Keywords)
        + "\0\0"
        + string.Join('\0', job.Kinds.SelectMany(kind => kind.Keywords.Select(change => (kind.Kind, change))));

    private void Block(string title, ImmutableArray<KeywordChange> keywords, ImmutableArray<JobInKind> kinds)
    {
        if (keywords.IsEmpty && kinds.All(kind => kind.Keywords.IsEmpty))
            return;
        _text.Append('\n');
        foreach (var line in Paragraph.Lines(title, columns))
            _text.Append(palette.Strong(line)).Append('\n');
        foreach (var change in keywords)
            Keyword(change, 2);
        foreach (
            var same in kinds
                .Where(kind => !kind.Keywords.IsEmpty)
                .GroupBy(kind => string.Join('\0', kind.Keywords), StringComparer.Ordinal)
        )
        {
            Sentence($"by its rules, in {string.Join(", ", same.Select(kind => kind.Kind))}:", 2);
            foreach (var change in same.First().Keywords)
                Keyword(change, Indent);
        }
    }

    private void Keyword(KeywordChange change, int indent)
    {
        var (from, to) = (change.From, change.To);
        var (isShort, width) = (!$"{from}{to}".Contains('\n'), columns - indent);
        if (isShort && from is not null && to is not null)
        {
            var line = $"{change.Keyword}: {Value(from)} → {Value(to)}";
            if (columns == 0 || CellWidth.Of(line) <= width)
            {
                _text.Append(' ', indent).Append(change.Keyword).Append(": ");
                _text.Append(palette.Bad(Value(from))).Append(" → ").Append(palette.Good(Value(to))).Append('\n');
                return;
            }
        }

        var lines =
            from is null ? to!.Split('\n').Select(line => ('+', line))
            : to is null ? from.Split('\n').Select(line => ('-', line))
            : LineDifference.Of(from, to);
        foreach (var (mark, line) in lines)
            Line(mark, line, indent);

        string Value(string yaml) => PlainText.Of(yaml[(change.Keyword.Length + 1)..].Trim());
    }

    private void Line(char mark, string line, int indent)
    {
        var text = mark == '…' ? "…" : $"{mark} {PlainText.Of(line)}";
        text = columns == 0 ? text : CellWidth.Cut(text, Math.Max(8, columns - indent));
        _text
            .Append(' ', indent)
            .Append(
                mark switch
                {
                    '+' => palette.Good(text),
                    '-' => palette.Bad(text),
                    _ => palette.Faint(text),
                }
            )
            .Append('\n');
    }

    private void Summary()
    {
        var counts = new[] { Change.Added, Change.Removed, Change.Changed }
            .Select(change => (Count: difference.Jobs.Count(job => job.Change == change), change))
            .Where(pair => pair.Count > 0)
            .Select(pair => $"{pair.Count} {pair.change.ToString().ToLowerInvariant()}");
        var others = difference.Jobs.Count(job => job.Change == Change.None);
        var all = others == 0 ? counts : counts.Append($"{others} in other pipelines than before");
        var sum = $"{JobList.Count(difference.Jobs.Length, "job")} differ{(difference.Jobs.Length == 1 ? "s" : "")}";
        _text.Append('\n');
        Sentence(difference.Jobs.IsEmpty ? sum : $"{sum}: {string.Join(", ", all)}", 0);
    }

    private void Sentence(string sentence, int indent)
    {
        foreach (var line in Paragraph.Lines(sentence, columns - indent))
            _text.Append(' ', indent).Append(palette.Faint(line)).Append('\n');
    }

    private string Mark(Change change) =>
        change switch
        {
            Change.Added => palette.Good("+"),
            Change.Removed => palette.Bad("-"),
            Change.Changed => palette.Warn("~"),
            _ => palette.Faint("·"),
        };

    private void Trim()
    {
        while (_text.Length > 0 && _text[^1] == ' ')
            _text.Length--;
    }
}
