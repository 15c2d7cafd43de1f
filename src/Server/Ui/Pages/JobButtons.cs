using Slipway.Engine;
using Slipway.Server.Data;
using Slipway.Server.Projects;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages;

/// <summary>What can be done to a job as it is now.</summary>
internal static class JobButtons
{
    public static Address Address(ProjectContext here, JobRow job) => Markup.Address.To(here.Project.FullPath, "-", "jobs", $"{job.Id}");

    /// <param name="from"><c>pipeline</c>: the pipeline's page comes afterwards, not the job's.</param>
    public static Html Of(PageView view, ProjectContext here, JobRow job, string from)
    {
        if (job.Retried == 1)
            return Html.Nothing;
        var status = Statuses.Parse(job.Status)!.Value;
        return status switch
        {
            Status.Manual => Button("play", "Play", "primary"),
            Status.Scheduled => Html.Of($"{Button("play", "Start now", "primary")} {Button("cancel", "Cancel", "danger")}"),
            _ when Statuses.IsCancelable(status) => Button("cancel", "Cancel", "danger"),
            Status.Success or Status.Failed or Status.Canceled => Button("retry", "Retry", ""),
            _ => Html.Nothing,
        };

        Html Button(string act, string words, string look) =>
            Forms.Button(
                view,
                Markup.Address.To(here.Project.FullPath, "-", "jobs", $"{job.Id}", act).With(("from", from)),
                words,
                look,
                $"{words} {job.Name}"
            );
    }
}
