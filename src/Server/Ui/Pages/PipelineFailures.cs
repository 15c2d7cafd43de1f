using Slipway.Server.Blobs;
using Slipway.Server.Data;
using Slipway.Server.Jobs.Traces;
using Slipway.Server.Projects;
using Slipway.Server.Ui.Logs;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages;

/// <summary>What went wrong in a pipeline, before anything else: each failed job with its reason and the last lines of its script, one click from the line itself.</summary>
internal static class PipelineFailures
{
    private const int MostJobs = 20;
    private const int MostWithLog = 5;
    private const long MostBytes = 512 * 1024;

    public static async Task<Html> OfAsync(PageView view, ProjectContext here, PipelineShown found, JobTraces traces, CancellationToken ct)
    {
        var failed = found.Latest.Where(job => job.Status == "failed").OrderBy(job => job.AllowFailure).ThenBy(job => job.Number).ToList();
        if (failed.Count == 0)
            return Html.Nothing;
        var items = new List<Html>();
        foreach (var job in failed.Take(MostJobs))
            items.Add(await JobAsync(view, here, job, items.Count < MostWithLog, traces, ct));
        var more = failed.Count > MostJobs ? Html.Of($"<p class=\"muted\">{failed.Count - MostJobs} more have failed.</p>") : Html.Nothing;
        var words = failed.Count == 1 ? "One job failed" : $"{failed.Count} jobs failed";
        return Html.Of($"<section class=\"failures\" aria-labelledby=\"failures\"><h2 id=\"failures\">{words}</h2>{items}{more}</section>");
    }

    private static async Task<Html> JobAsync(
        PageView view,
        ProjectContext here,
        JobRow job,
        bool withLog,
        JobTraces traces,
        CancellationToken ct
    )
    {
        var address = JobButtons.Address(here, job);
        var lines = withLog && !job.IsBridge && JobPages.MayReadLog(here, job) ? await TailAsync(job, traces, ct) : [];
        var first = LogTail.FirstOfInterest(lines);
        var name = job.IsBridge
            ? Html.Of($"<strong><bdi>{job.Name}</bdi></strong>")
            : Html.Of($"<a class=\"title\" href=\"{(first > 0 ? address.At($"L{first}") : address)}\"><bdi>{job.Name}</bdi></a>");
        var why = job.FailureReason is { } reason ? FailureWords.Of(reason) : "It failed.";
        var code = job.ExitCode is { } exit ? Html.Of($" Exit code {exit}.") : Html.Nothing;
        var acts = view.MayAct(here) ? JobButtons.Pictures(view, here, job) : Html.Nothing;
        var log =
            lines.Count == 0
                ? Html.Nothing
                : Html.Of($"<div class=\"log\"><div class=\"lines\">{lines.Select(line => LogView.Line(line, address))}</div></div>");
        return Html.Of(
            $"""
            <article class="failure{Html.Of($" tolerated").When(job.AllowFailure == 1)}"><header>{StatusBadge.Of(
                job.Status,
                job.AllowFailure == 1
            )}{name}
            <span class="muted">{job.Stage}</span><span class="why">{why}{code}</span><span class="acts">{acts}</span></header>{log}</article>
            """
        );
    }

    private static async Task<IReadOnlyList<LogItem.Line>> TailAsync(JobRow job, JobTraces traces, CancellationToken ct)
    {
        var size = traces.Size(job);
        var start = Math.Max(0, size - MostBytes);
        // Where the log is longer its lines have no numbers here: counting them would mean to read it all.
        var reader = new LogReader(1);
        var items = new List<LogItem>();
        await LogWindow.ReadAsync(traces, job, (start, size), reader, items, ct);
        reader.End(items);
        var tail = LogTail.Of(items);
        return start == 0 ? tail : [.. tail.Select(line => line with { Number = 0 })];
    }
}
