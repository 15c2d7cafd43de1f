using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Engine;
using Slipway.Protocol.Variables;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Jobs;

/// <summary>What people do to a job, or, save erasing it, to a trigger job. https://docs.gitlab.com/api/jobs/</summary>
internal static class JobActionsApi
{
    public static void MapJobActions(this IEndpointRouteBuilder v4)
    {
        var job = v4.MapGroup("/projects/{project}/jobs/{id:long}");
        job.MapPost("/play", PlayAsync).Allow(new Access.OnProject(Abilities.UpdateJob));
        job.MapPost("/retry", RetryAsync).Allow(new Access.OnProject(Abilities.UpdateJob));
        job.MapPost("/cancel", CancelAsync).Allow(new Access.OnProject(Abilities.CancelJob));
        job.MapPost("/erase", EraseAsync).Allow(new Access.OnProject(Abilities.EraseJob));
    }

    private static async Task<IResult> PlayAsync(
        Actor actor,
        ProjectContext project,
        long id,
        Parameters p,
        JobList list,
        JobActions actions,
        CancellationToken ct
    )
    {
        if (await list.FindAnyAsync(project.Id, id, ct) is not { } job)
            return Answers.NotFound();
        if (!TryVariables(p, out var variables))
            return Answers.BadParameter("job_variables_attributes is invalid");
        if (!await actions.MayTouchAsync(actor, project, job, ct))
            return Answers.Forbidden();
        return await actions.PlayAsync(job, variables, actor.Responsible!.Id, ct) is { } played
            ? Answers.Ok(await list.JsonAsync(played, ct))
            : Answers.Message(StatusCodes.Status400BadRequest, "400 Bad request - Unplayable Job");
    }

    private static async Task<IResult> RetryAsync(
        Actor actor,
        ProjectContext project,
        long id,
        JobList list,
        JobActions actions,
        CancellationToken ct
    )
    {
        if (await list.FindAnyAsync(project.Id, id, ct) is not { } job)
            return Answers.NotFound();
        if (!await actions.MayTouchAsync(actor, project, job, ct))
            return Answers.Forbidden();
        return await actions.RetryAsync(job, actor.Responsible!.Id, ct) is { } renewed
            ? Answers.Created(await list.JsonAsync(renewed, ct))
            : Answers.Forbidden("Job is not retryable");
    }

    private static async Task<IResult> CancelAsync(
        Actor actor,
        ProjectContext project,
        long id,
        Parameters p,
        JobList list,
        JobActions actions,
        CancellationToken ct
    )
    {
        if (await list.FindAnyAsync(project.Id, id, ct) is not { } job)
            return Answers.NotFound();
        var force = p.Flag("force") ?? false;
        if ((force && project.Role < Role.Maintainer) || !await actions.MayTouchAsync(actor, project, job, ct))
            return Answers.Forbidden();
        return Answers.Created(await list.JsonAsync(await actions.CancelAsync(job, force, actor.Responsible?.Id, ct), ct));
    }

    private static async Task<IResult> EraseAsync(
        Actor actor,
        ProjectContext project,
        long id,
        JobList list,
        JobActions actions,
        CancellationToken ct
    )
    {
        if (await list.FindAsync(project.Id, id, ct) is not { } job)
            return Answers.NotFound();
        // Whoever ran it where nothing is protected, or who answers for the project (gitlab-ci-yaml-2 §14).
        if (project.Role < Role.Maintainer && (actor.Responsible?.Id != job.UserId || job.Protected == 1))
            return Answers.Forbidden();
        if (!await actions.MayTouchAsync(actor, project, job, ct))
            return Answers.Forbidden();
        return await actions.EraseAsync(job, ct) is { } erased
            ? Answers.Created(await list.JsonAsync(erased, ct))
            : Answers.Forbidden("Job is not erasable!");
    }

    /// <summary><c>job_variables_attributes</c>: a list of <c>{"key": …, "value": …}</c>.</summary>
    private static bool TryVariables(Parameters p, out ImmutableArray<Variable> variables)
    {
        const int most = 1000;
        variables = [];
        if (
            p.Json is not { } json
            || !json.TryGetProperty("job_variables_attributes", out var list)
            || list.ValueKind == JsonValueKind.Null
        )
            return true;
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > most)
            return false;
        var read = ImmutableArray.CreateBuilder<Variable>();
        foreach (var item in list.EnumerateArray())
        {
            if (
                item.ValueKind != JsonValueKind.Object
                || Text(item, "key") is not { Length: > 0 } key
                || Text(item, "value") is not { } value
            )
                return false;
            if (!key.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
                return false;
            read.Add(new Variable(key, value, Public: false));
        }

        variables = read.ToImmutable();
        return true;
    }

    private static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
