using Slipway.Server.Data;
using Slipway.Server.Projects;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages;

/// <summary>A pipeline's stages as columns. It is a list of lists, so that a screen reader reads what others see.</summary>
internal static class PipelineGraphView
{
    private const int MostNeeds = 12;

    public static Html Of(PageView view, ProjectContext here, PipelineShown found)
    {
        if (found.Jobs.Count == 0)
            return Html.Nothing;
        var stages = found.Latest.GroupBy(job => job.StageIndex).OrderBy(stage => stage.Key);
        return Html.Of(
            $"<div class=\"graph\" id=\"graph\" role=\"group\" aria-label=\"Stages\" tabindex=\"0\">{stages.Select(stage => Stage(view, here, found, [.. stage]))}</div>{Earlier(here, found, view)}"
        );
    }

    private static Html Stage(PageView view, ProjectContext here, PipelineShown found, List<JobRow> jobs)
    {
        var (status, tolerated) = StageStatus.Of(jobs);
        return Html.Of(
            $"<section class=\"stage\"><h2>{StatusBadge.IconOnly(status, jobs[0].Stage, tolerated)}<bdi>{jobs[0].Stage}</bdi><span class=\"count\">{jobs.Count}</span></h2><ul>{jobs.Select(job => Job(view, here, found, job))}</ul></section>"
        );
    }

    private static Html Job(PageView view, ProjectContext here, PipelineShown found, JobRow job)
    {
        var isTolerated = job is { Status: "failed", AllowFailure: 1 };
        var name = job.IsBridge
            ? Html.Of($"<strong><bdi>{job.Name}</bdi></strong>")
            : Html.Of($"<a href=\"{JobButtons.Address(here, job)}\"><bdi>{job.Name}</bdi></a>");
        var facts = new List<Html> { Html.Of($"{StatusBadge.Words(job.Status, isTolerated)}") };
        if (job.StartedAt is not null)
            facts.Add(Times.Took(job.StartedAt, job.FinishedAt, view.Now));
        if (found.Compiled?.Jobs[(int)job.JobIndex].Needs is { Length: > 0 } list)
            facts.Add(
                Html.Of(
                    $"needs <bdi>{string.Join(", ", list.Take(MostNeeds).Select(need => need.Job))}{(list.Length > MostNeeds ? " …" : "")}</bdi>"
                )
            );
        var child = found
            .Children.Where(one => one.BridgeId == job.Id)
            .Select(one =>
                Html.Of(
                    $"<p>starts <a href=\"{Address.To(here.Project.FullPath, "-", "pipelines", $"{one.Id}")}\">#{one.Id}</a> {StatusBadge.Of(one.Status)}</p>"
                )
            );
        var acts = view.MayAct(here) ? JobButtons.Pictures(view, here, job) : Html.Nothing;
        var line = Html.Join(facts.Select((fact, at) => at == 0 ? fact : Html.Of($" · {fact}")));
        return Html.Of(
            $"<li class=\"job\">{StatusBadge.IconOnly(job.Status, job.Name, isTolerated)}<div class=\"what\"><div class=\"name\">{name}</div><p>{line}</p>{child}</div><div class=\"acts\">{acts}</div></li>"
        );
    }

    private static Html Earlier(ProjectContext here, PipelineShown found, PageView view)
    {
        var earlier = found.Jobs.Where(job => job.Retried == 1 && !job.IsBridge).ToList();
        if (earlier.Count == 0)
            return Html.Nothing;
        var items = earlier.Select(job =>
            Html.Of(
                $"<li><div class=\"first\">{StatusBadge.Of(job.Status, job.AllowFailure == 1)}</div><div class=\"main\"><a href=\"{JobButtons.Address(here, job)}\"><bdi>{job.Name}</bdi></a> <span class=\"side\">attempt {job.Attempt}</span></div><span class=\"side\">{Times.Ago(job.CreatedAt, view.Now)}</span></li>"
            )
        );
        return Html.Of($"<h2>Earlier attempts</h2><ul class=\"rows\">{items}</ul>");
    }
}
