using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Engine;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Pipelines;
using Slipway.Server.Projects;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages;

/// <summary>Pipelines: the list, one, and what can be done to it.</summary>
internal static class PipelinePages
{
    public static void MapPipelinePages(this IEndpointRouteBuilder project)
    {
        var read = new Access.OnProject(Abilities.ReadPipeline);
        project.MapPage("/pipelines", PipelineListPage.ShowAsync, read);
        project.MapPage("/pipelines/new", NewPipelinePage.ShowAsync, new Access.OnProject(Abilities.CreatePipeline));
        project.MapForm("/pipelines", NewPipelinePage.CreateAsync, new Access.OnProject(Abilities.CreatePipeline));
        project.MapPage("/pipelines/events", PipelineChanges.EventsAsync, read);
        project.MapPage("/pipelines/{pipeline:long}", PipelinePage.ShowAsync, read);
        project.MapForm("/pipelines/{pipeline:long}/retry", RetryAsync, new Access.OnProject(Abilities.UpdatePipeline));
        project.MapForm("/pipelines/{pipeline:long}/cancel", CancelAsync, new Access.OnProject(Abilities.CancelPipeline));
    }

    private static Task<IResult> RetryAsync(
        HttpContext http,
        ProjectContext here,
        long pipeline,
        Db db,
        PipelineStore store,
        TimeProvider time,
        CancellationToken ct
    ) => ChangeAsync(http, here, pipeline, new PipelineEvent.PipelineRetried(time.GetUtcNow()), db, store, ct);

    private static Task<IResult> CancelAsync(
        HttpContext http,
        ProjectContext here,
        long pipeline,
        Db db,
        PipelineStore store,
        TimeProvider time,
        CancellationToken ct
    ) => ChangeAsync(http, here, pipeline, new PipelineEvent.PipelineCanceled(time.GetUtcNow()), db, store, ct);

    private static async Task<IResult> ChangeAsync(
        HttpContext http,
        ProjectContext here,
        long pipeline,
        PipelineEvent happened,
        Db db,
        PipelineStore store,
        CancellationToken ct
    )
    {
        if (await db.ReadAsync((session, token) => PipelinePage.FindAsync(session, here, pipeline, token), ct) is not { } row)
            return Refusals.NotFound(http);
        var user = http.Actor().Responsible!;
        if (!await ProtectedRefs.MayRunOnAsync(db, here, user, row.Ref, row.IsTag, ct))
            return JobPages.OfOthers(http);
        await db.WriteAsync((session, token) => store.ApplyAsync(session, pipeline, happened, token, user.Id), [pipeline], ct);
        var list = Address.To(here.Project.FullPath, "-", "pipelines");
        return new SeeOther(http.Request.Query["from"] == "list" ? list : list.Below($"{pipeline}"));
    }
}
