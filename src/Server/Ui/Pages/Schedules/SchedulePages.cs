using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
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
    private static async Task<IResult> PlayAsync(
        HttpContext http,
        Actor actor,
        ProjectContext here,
        long id,
        ScheduleStore store,
        ScheduleRuns runs,
        CancellationToken ct
    )
    {
        if (await store.FindAsync(here.Id, id, ct) is not { } row)
            return Refusals.NotFound(http);
        return await runs.RunAsync(row, here.Project, actor.Responsible!, null, ct) switch
        {
            PipelineOutcome.Created created => new SeeOther(Address.To(here.Project.FullPath, "-", "pipelines", $"{created.Pipeline.Id}")),
            PipelineOutcome.Refused refused => Refusals.Message(http, 422, "There is no pipeline", refused.Message),
            var other => throw new InvalidOperationException(other.GetType().Name),
        };
    }

    private static async Task<IResult> TakeAsync(
        HttpContext http,
        Actor actor,
        ProjectContext here,
        long id,
        ScheduleStore store,
        ShownOnce once,
        CancellationToken ct
    )
    {
        if (await store.FindAsync(here.Id, id, ct) is not { } row)
            return Refusals.NotFound(http);
        var user = actor.Responsible!;
        if (!ScheduleRights.MayAdmin(here, user, row))
            return NotYours(http, "Maintainers of the project may take a schedule over.");
        if (row.OwnerId != user.Id)
            await store.GiveAsync(row, user.Id, ct);
        once.Put(http, ShownOnce.Note, $"“{row.Description}” is yours: from now on its pipelines run in your name.");
        return new SeeOther(At(here));
    }

    private static async Task<IResult> RemoveAsync(
        HttpContext http,
        Actor actor,
        ProjectContext here,
        long id,
        ScheduleStore store,
        ShownOnce once,
        CancellationToken ct
    )
    {
        if (await store.FindAsync(here.Id, id, ct) is not { } row)
            return Refusals.NotFound(http);
        if (!ScheduleRights.MayAdmin(here, actor.Responsible, row))
            return NotYours(http, "Its owner and maintainers of the project may delete it.");
        await store.RemoveAsync(row, ct);
        once.Put(http, ShownOnce.Note, $"“{row.Description}” is deleted. Its pipelines stay.");
        return new SeeOther(At(here));
    }

    public static PageAnswer NotYours(HttpContext http, string words) => Refusals.Message(http, 403, "Not your schedule", words);
}
