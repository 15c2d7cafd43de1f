using Microsoft.AspNetCore.Http;
using Slipway.Server.Data;
using Slipway.Server.Jobs.Traces;
using Slipway.Server.Projects;
using Slipway.Server.Ui.Logs;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages;

/// <summary>
/// A job's log on its page: all of it, or its end; with <c>?from=LINE</c> a part that begins there, with <c>?to=LINE</c> one that ends before; with
/// <c>?search=words</c> the lines of all of it that have them.
/// </summary>
internal static class JobLog
{
    private const int LongestSearch = 200;
    private const int LinesBefore = 50;

    public static async Task<Html> OfAsync(
        HttpContext http,
        ProjectContext here,
        JobRow job,
        bool isOver,
        JobTraces traces,
        CancellationToken ct
    )
    {
        var size = traces.Size(job);
        if (job.ErasedAt is not null)
            return Html.Of($"<p class=\"note quiet\">Its log and artifacts were erased.</p>");
        if (size == 0 && isOver)
            return Html.Of($"<p class=\"note quiet\">It wrote no log.</p>");
        if (http.Request.Query["search"].ToString().Trim() is { Length: > 0 and <= LongestSearch } words)
            return await FoundAsync(here, job, words, size, traces, ct);
        if (Number("from") is { } from)
        {
            var window = await LogWindow.AtLineAsync(traces, job, size, Math.Max(1, from - LinesBefore), ct);
            return await PartAsync(here, job, (window, Math.Min(size, window.Start + LogWindow.Part)), size, traces, ct);
        }

        if (Number("to") is { } to)
        {
            var end = (await LogWindow.AtLineAsync(traces, job, size, to, ct)).Start;
            return await PartAsync(here, job, (await LogWindow.EndingAtAsync(traces, job, end, ct), end), size, traces, ct);
        }

        return await EndAsync(here, job, isOver, size, traces, ct);

        long? Number(string name) => long.TryParse(http.Request.Query[name], out var line) && line > 0 ? line : null;
    }

    private static async Task<Html> EndAsync(
        ProjectContext here,
        JobRow job,
        bool isOver,
        long size,
        JobTraces traces,
        CancellationToken ct
    )
    {
        var window = await LogWindow.FindAsync(traces, job, size, ct);
        var (reader, items) = (new LogReader(window.FirstLine), new List<LogItem>());
        await LogWindow.ReadAsync(traces, job, (window.Start, size), reader, items, ct);
        if (isOver)
            reader.End(items);
        var events = JobButtons
            .Address(here, job)
            .Below("trace.events")
            .With(("start", $"{window.Start}"), ("line", $"{window.FirstLine}"), ("done", $"{items.Count}"));
        var source = isOver ? Html.Nothing : Html.Of($" data-events=\"{events.Text}\"");
        var cut =
            window.Start > 0
                ? Html.Of(
                    $"<p class=\"cut\">Only the end of a long log.{To(here, job, "from", 1, "From its beginning")}{Before(here, job, window)}</p>"
                )
                : Html.Nothing;
        return Frame(here, job, isOver ? "complete" : "running", "", cut, source, LogView.Of(items, isOver ? null : reader.Partial()));
    }

    private static async Task<Html> PartAsync(
        ProjectContext here,
        JobRow job,
        (LogWindow Window, long End) part,
        long size,
        JobTraces traces,
        CancellationToken ct
    )
    {
        var (window, end) = part;
        var (reader, items) = (new LogReader(window.FirstLine), new List<LogItem>());
        await LogWindow.ReadAsync(traces, job, (window.Start, end), reader, items, ct);
        reader.End(items);
        var next = items.OfType<LogItem.Line>().LastOrDefault()?.Number ?? window.FirstLine;
        var on = end < size ? To(here, job, "from", next, "Go on") : Html.Nothing;
        var cut = Html.Of(
            $"<p class=\"cut\">From line {window.FirstLine}.{Before(here, job, window)}{on} <a href=\"{JobButtons.Address(here, job).At("log-end")}\">The end of the log</a></p>"
        );
        var below = end < size ? Html.Of($"<p class=\"cut\">{on}</p>") : Html.Nothing;
        return Frame(here, job, "a part", "", cut, Html.Nothing, LogView.Of(items, null), below);
    }

    /// <summary>Who reads upwards goes on at the end of the part before.</summary>
    private static Html Before(ProjectContext here, JobRow job, LogWindow window) =>
        window.Start > 0 ? To(here, job, "to", window.FirstLine, "Earlier lines", "log-end") : Html.Nothing;

    private static Html To(ProjectContext here, JobRow job, string where, long line, string words, string? place = null)
    {
        var address = JobButtons.Address(here, job).With((where, $"{line}"));
        return Html.Of($" <a href=\"{(place is null ? address : address.At(place))}\">{words}</a>");
    }

    private static async Task<Html> FoundAsync(
        ProjectContext here,
        JobRow job,
        string words,
        long size,
        JobTraces traces,
        CancellationToken ct
    )
    {
        var (lines, count) = await LogSearch.FindAsync(traces, job, words, size, ct);
        var page = JobButtons.Address(here, job);
        var shown = lines.Select(line =>
            LogView.Line(line, size > LogWindow.Most ? page.With(("from", $"{Math.Max(1, line.Number)}")) : page)
        );
        var many = count > lines.Count ? $", the first {lines.Count} are shown" : "";
        var told = Html.Of(
            $"<p class=\"cut\">{count} {(count == 1 ? "line has" : "lines have")} “{words}”{many}. <a href=\"{page}\">Show the log</a></p>"
        );
        return Frame(here, job, "search", words, told, Html.Nothing, Html.Join(shown));
    }

    private static Html Frame(
        ProjectContext here,
        JobRow job,
        string state,
        string words,
        Html note,
        Html source,
        Html lines,
        Html? below = null
    )
    {
        var page = JobButtons.Address(here, job);
        return Html.Of(
            $"""
            <section class="log" aria-label="Log"><div class="log-top"><strong>Log</strong><span id="log-state" role="status">{state}</span>
            <form method="get" action="{page}" role="search"><input type="search" name="search" value="{words}" placeholder="Search all of the log" aria-label="Search the log" maxlength="{LongestSearch}"><button class="small">Search</button></form>
            <button type="button" class="small" id="fold" hidden>Fold all</button><a href="{Address.Here(
                "log-end"
            )}">End</a><a href="{page.Below("raw")}">Raw</a></div>
            {note}<div class="lines" role="log" aria-live="off" aria-label="Lines"{source}>{lines}</div>{below ?? Html.Nothing}<div id="log-end"></div></section>
            """
        );
    }
}
