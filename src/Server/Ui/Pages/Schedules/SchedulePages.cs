using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Http;
using Slipway.Server.Pipelines;
using Slipway.Server.Projects;
using Slipway.Server.Schedules;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages.Schedules;

/// <summary>Pipelines that come again: the list, one's form, and what can be done to it. https://docs.gitlab.com/ci/pipelines/schedules/</summary>
internal static class SchedulePages
{
    public static void MapSchedulePages(this IEndpointRouteBuilder project)
    {
        var write = new Access.OnProject(Abilities.CreateSchedule);
        project.MapPage("/pipeline_schedules", ScheduleListPage.ShowAsync, new Access.OnProject(Abilities.ReadSchedules));
        project.MapPage("/pipeline_schedules/new", ScheduleForm.NewAsync, write);
        project.MapForm("/pipeline_schedules", ScheduleForm.AddAsync, write);
        project.MapPage("/pipeline_schedules/{id:long}/edit", ScheduleForm.ShowAsync, write);
        project.MapForm("/pipeline_schedules/{id:long}", ScheduleForm.ChangeAsync, write);
        project.MapForm("/pipeline_schedules/{id:long}/play", PlayAsync, new Access.OnProject(Abilities.CreatePipeline));
        project.MapForm("/pipeline_schedules/{id:long}/take_ownership", TakeAsync, write);
        project.MapForm("/pipeline_schedules/{id:long}/delete", RemoveAsync, write);
    }

    public static Address At(ProjectContext here, params string[] words) =>
        Address.To([here.Project.FullPath, "-", "pipeline_schedules", .. words]);

    /// <summary>In the name of who presses the button: the owner's rights are not for others to use.</summary>
    private static Task<IResult> PlayAsync([AsParameters] ScheduleAct it, ScheduleRuns runs, CancellationToken ct) =>
        it.DoAsync(
            (_, _, _) => true,
            "",
            async row =>
                await runs.RunAsync(row, it.Here.Project, it.User, null, ct) switch
                {
                    PipelineOutcome.Created(var pipeline) => new SeeOther(
                        Address.To(it.Here.Project.FullPath, "-", "pipelines", $"{pipeline.Id}")
                    ),
                    PipelineOutcome.Refused refused => Refusals.Message(it.Http, 422, "There is no pipeline", refused.Message),
                    var other => throw new InvalidOperationException(other.GetType().Name),
                },
            ct
        );

    private static Task<IResult> TakeAsync([AsParameters] ScheduleAct it, CancellationToken ct) =>
        it.DoAsync(
            ScheduleRights.MayAdmin,
            "Maintainers of the project may take a schedule over.",
            async row =>
            {
                if (row.OwnerId != it.User.Id)
                    await it.Store.GiveAsync(row, it.User.Id, ct);
                return it.Done($"“{row.Description}” is yours: from now on its pipelines run in your name.");
            },
            ct
        );

    private static Task<IResult> RemoveAsync([AsParameters] ScheduleAct it, CancellationToken ct) =>
        it.DoAsync(
            ScheduleRights.MayAdmin,
            "Its owner and maintainers of the project may delete it.",
            async row =>
            {
                await it.Store.RemoveAsync(row, ct);
                return it.Done($"“{row.Description}” is deleted. Its pipelines stay.");
            },
            ct
        );
}
