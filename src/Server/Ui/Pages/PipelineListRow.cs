using Slipway.Engine;
using Slipway.Server.Data;
using Slipway.Server.Projects;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages;

/// <summary>A pipeline in a list: how it goes, what it is for, its stages, and what can be done to it.</summary>
internal static class PipelineListRow
{
    private const int MostJobs = 200;

    /// <param name="title">Of its commit.</param>
    /// <param name="stages">The newest attempts of each stage's jobs.</param>
    public static Html Of(PageView view, ProjectContext here, PipelineRow row, string? title, IEnumerable<List<JobRow>> stages)
    {
        var address = Address.To(here.Project.FullPath, "-", "pipelines", $"{row.Id}");
        var all = stages.ToList();
        var icons = all.Select((jobs, at) => Stage(here, row, jobs, at));
        var took = row.StartedAt is null
            ? Html.Nothing
            : Html.Of($"<div>{Icons.Clock} {Times.Took(row.StartedAt, row.FinishedAt, view.Now)}</div>");
        var broken = Html.Of($" <span class=\"badge bad\">yaml invalid</span>").When(row.YamlErrors is not null);
        var acts = view.MayAct(here) ? Acts(view, address, row, all.SelectMany(jobs => jobs)) : Html.Nothing;
        return Html.Of(
            $"""
            <li id="p{row.Id}"><div class="first"><a href="{address}" tabindex="-1">{StatusBadge.Of(row.Status)}</a></div>
            <div class="main"><a class="title" href="{address}"><bdi>{row.Name ?? title ?? $"Pipeline {row.Id}"}</bdi></a>{broken}
            <div class="side facts"><span>#{row.Id}</span><span>{(row.IsTag ? Icons.Tag : Icons.Branch)}<bdi class="mono">{row.Ref}</bdi></span><span>{Icons.Commit}<span class="mono">{row.Sha[
                ..8
            ]}</span></span><span>{row.Source.Replace('_', ' ')}</span></div></div>
            <div class="stages">{icons}</div><div class="side when">{took}<div>{Times.Ago(row.CreatedAt, view.Now)}</div></div><div class="acts">{acts}</div></li>
            """
        );
    }

    /// <summary>A stage as a picture that opens the list of its jobs, those first that somebody must look at.</summary>
    private static Html Stage(ProjectContext here, PipelineRow row, List<JobRow> jobs, int at)
    {
        var (status, tolerated) = StageStatus.Of(jobs);
        var items = StageStatus
            .LoudestFirst(jobs)
            .Take(MostJobs)
            .Select(job =>
            {
                var face = Html.Of(
                    $"{StatusBadge.IconOnly(job.Status, job.Name, job is { Status: "failed", AllowFailure: 1 })}<bdi>{job.Name}</bdi>"
                );
                return job.IsBridge
                    ? Html.Of($"<li><span>{face}</span></li>")
                    : Html.Of($"<li><a href=\"{JobButtons.Address(here, job)}\">{face}</a></li>");
            });
        return Html.Of(
            $"<details class=\"menu\" id=\"p{row.Id}s{at}\"><summary>{StatusBadge.IconOnly(status, jobs[0].Stage, tolerated)}</summary><div><p><strong>Stage <bdi>{jobs[0].Stage}</bdi></strong></p><ul>{items}</ul></div></details>"
        );
    }

    private static Html Acts(PageView view, Address address, PipelineRow row, IEnumerable<JobRow> jobs)
    {
        var latest = jobs.ToList();
        var cancel = latest.Any(job => Statuses.IsCancelable(Statuses.Parse(job.Status)!.Value));
        var retry = latest.Any(job => job.Status is "failed" or "canceled");
        var from = ("from", "list");
        return Html.Of(
            $"{Forms.Button(view, address.Below("retry").With(from), Icons.Retry, "icon", $"Retry failed jobs of pipeline {row.Id}").When(retry)}{Forms.Button(view, address.Below("cancel").With(from), Icons.Cancel, "icon", $"Cancel pipeline {row.Id}").When(cancel)}"
        );
    }
}
