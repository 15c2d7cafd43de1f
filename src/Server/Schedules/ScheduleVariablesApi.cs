using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Protocol.Variables;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Pipelines;
using Slipway.Server.Projects;
using Slipway.Server.Secrets;

namespace Slipway.Server.Schedules;

/// <summary>The variables of a schedule. https://docs.gitlab.com/api/pipeline_schedules/#pipeline-schedule-variables</summary>
internal static class ScheduleVariablesApi
{
    public static void MapScheduleVariables(this IEndpointRouteBuilder v4)
    {
        var write = new Access.OnProject(Abilities.CreateSchedule);
        var variables = v4.MapGroup("/projects/{project}/pipeline_schedules/{id:long}/variables");
        variables.MapPost("", AddAsync).Allow(write);
        variables.MapGet("/{key}", ShowAsync).Allow(write);
        variables.MapPut("/{key}", ChangeAsync).Allow(write);
        variables.MapDelete("/{key}", RemoveAsync).Allow(write);
    }

    private static async Task<IResult> AddAsync(
        Actor actor,
        ProjectContext here,
        long id,
        Parameters p,
        ScheduleStore store,
        CancellationToken ct
    )
    {
        foreach (var needed in (string[])["key", "value"])
            if (p.Text(needed) is null)
                return Answers.BadParameter($"{needed} is missing");
        if (await store.FindAsync(here.Id, id, ct) is not { } row)
            return Answers.NotFound("Pipeline Schedule");
        if (!MayGive(here) || !ScheduleRights.MayChange(here, actor.Responsible, row))
            return Answers.Forbidden();
        var (wanted, problem) = Read(p, p.Text("key")!, null);
        if (wanted is null)
            return problem!;
        var isFull = false;
        var isAdded = await store.ChangeVariablesAsync(
            row,
            all =>
            {
                isFull = all.Length >= ScheduleVariables.Most;
                return isFull || all.Any(one => one.Key == wanted.Key) ? null : all.Add(wanted);
            },
            ct
        );
        return isAdded ? Answers.Created(ScheduleJson.Of(wanted))
            : isFull ? Answers.Invalid("base", $"Maximum number of variables ({ScheduleVariables.Most}) exceeded")
            : Answers.Invalid("key", FieldError.Taken);
    }

    private static async Task<IResult> ShowAsync(
        Actor actor,
        ProjectContext here,
        long id,
        string key,
        ScheduleStore store,
        SecretBox secrets,
        CancellationToken ct
    )
    {
        if (await store.FindAsync(here.Id, id, ct) is not { } row)
            return Answers.NotFound("Pipeline Schedule");
        if (!ScheduleRights.MayAdmin(here, actor.Responsible, row))
            return Answers.Forbidden();
        return Named(ScheduleVariables.Of(row, secrets), key) is { } variable ? Answers.Ok(ScheduleJson.Of(variable)) : NoVariable;
    }

    private static async Task<IResult> ChangeAsync(
        Actor actor,
        ProjectContext here,
        long id,
        string key,
        Parameters p,
        ScheduleStore store,
        SecretBox secrets,
        CancellationToken ct
    )
    {
        if (await store.FindAsync(here.Id, id, ct) is not { } row)
            return Answers.NotFound("Pipeline Schedule");
        if (!MayGive(here) || !ScheduleRights.MayChange(here, actor.Responsible, row))
            return Answers.Forbidden();
        if (Named(ScheduleVariables.Of(row, secrets), key) is not { } old)
            return NoVariable;
        var (wanted, problem) = Read(p, key, old);
        if (wanted is null)
            return problem!;
        return await store.ChangeVariablesAsync(row, all => Named(all, key) is { } one ? all.Replace(one, wanted) : null, ct)
            ? Answers.Ok(ScheduleJson.Of(wanted))
            : NoVariable;
    }

    private static async Task<IResult> RemoveAsync(
        Actor actor,
        ProjectContext here,
        long id,
        string key,
        ScheduleStore store,
        SecretBox secrets,
        CancellationToken ct
    )
    {
        if (await store.FindAsync(here.Id, id, ct) is not { } row)
            return Answers.NotFound("Pipeline Schedule");
        if (!MayGive(here) || !ScheduleRights.MayAdmin(here, actor.Responsible, row))
            return Answers.Forbidden();
        if (Named(ScheduleVariables.Of(row, secrets), key) is not { } old)
            return NoVariable;
        return await store.ChangeVariablesAsync(row, all => Named(all, key) is { } one ? all.Remove(one) : null, ct)
            ? Answers.Accepted(ScheduleJson.Of(old))
            : NoVariable;
    }

    private static bool MayGive(ProjectContext here) => PipelineCreation.MaySetVariables(here.Settings, here.Role);

    private static Variable? Named(ImmutableArray<Variable> all, string key) => all.FirstOrDefault(one => one.Key == key);

    private static IResult NoVariable => Answers.NotFound("Pipeline Schedule Variable");

    private static (Variable? Wanted, IResult? Problem) Read(Parameters p, string key, Variable? old)
    {
        var type = p.Text("variable_type") ?? (old?.File == true ? "file" : "env_var");
        if (type is not ("env_var" or "file"))
            return (null, Answers.BadParameter("variable_type does not have a valid value"));
        if (!ScheduleVariables.IsKey(key))
            return (null, Answers.Invalid("key", "can contain only letters, digits and '_'."));
        var value = p.Text("value") ?? old?.Value ?? "";
        return value.Length > ScheduleVariables.LongestValue
            ? (null, Answers.Invalid("value", $"is too long (maximum is {ScheduleVariables.LongestValue} characters)"))
            : (new Variable(key, value, Public: false, File: type == "file", Raw: p.Flag("raw") ?? old?.Raw ?? false), null);
    }
}
