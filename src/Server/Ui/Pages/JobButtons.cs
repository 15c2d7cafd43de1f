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

    /// <summary>As words, on the job's own page.</summary>
    public static Html Words(PageView view, ProjectContext here, JobRow job) =>
        Html.Join(
            Possible(job).Select(act => Forms.Button(view, To(here, job, act.Name, "job"), act.Words, act.Look, $"{act.Words} {job.Name}"))
        );

    /// <summary>As pictures, where there are many jobs: the page of the pipeline comes afterwards.</summary>
    public static Html Pictures(PageView view, ProjectContext here, JobRow job) =>
        Html.Join(
            Possible(job)
                .Select(act => Forms.Button(view, To(here, job, act.Name, "pipeline"), act.Icon, "icon", $"{act.Words} {job.Name}"))
        );

    private static Address To(ProjectContext here, JobRow job, string act, string from) =>
        Markup.Address.To(here.Project.FullPath, "-", "jobs", $"{job.Id}", act).With(("from", from));

    private static IEnumerable<(string Name, string Words, string Look, Html Icon)> Possible(JobRow job)
    {
        if (job.Retried == 1)
            yield break;
        var status = Statuses.Parse(job.Status)!.Value;
        if (status is Status.Manual or Status.Scheduled)
            yield return ("play", status == Status.Manual ? "Play" : "Start now", "primary", Icons.Play);
        if (status != Status.Manual && Statuses.IsCancelable(status))
            yield return ("cancel", "Cancel", "danger", Icons.Cancel);
        if (status is Status.Success or Status.Failed or Status.Canceled)
            yield return ("retry", "Retry", "", Icons.Retry);
    }
}
