using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Secrets;

namespace Slipway.Server.Pipelines;

/// <summary>
/// CI/CD variables of projects, groups and the instance. https://docs.gitlab.com/api/project_level_variables/ ·
/// https://docs.gitlab.com/api/group_level_variables/ · https://docs.gitlab.com/api/instance_level_ci_variables/
/// </summary>
internal static class VariablesApi
{
    public static void MapVariables(this IEndpointRouteBuilder v4)
    {
        Map(v4, "/projects/{project}/variables", new Access.OnProject(Abilities.AdminVariables));
        Map(v4, "/groups/{group}/variables", new Access.OnGroup(Role.Owner));
        Map(v4, "/admin/ci/variables", new Access.Administrator());
    }

    private static void Map(IEndpointRouteBuilder v4, string path, Access access)
    {
        v4.MapGet(path, ListAsync).Allow(access);
        v4.MapPost(path, AddAsync).Allow(access);
        v4.MapGet(path + "/{key}", ShowAsync).Allow(access);
        v4.MapPut(path + "/{key}", ChangeAsync).Allow(access);
        v4.MapDelete(path + "/{key}", RemoveAsync).Allow(access);
    }

    private static Task<IResult> ShowAsync(VariableOwner owner, string key, Parameters p, Db db, SecretBox secrets, CancellationToken ct) =>
        OneAsync(owner, key, p, db, row => Task.FromResult(Answers.Ok(Json(row, secrets))), ct);

    private static Task<IResult> ChangeAsync(
        VariableOwner owner,
        string key,
        Parameters p,
        Db db,
        SecretBox secrets,
        CancellationToken ct
    ) => OneAsync(owner, key, p, db, row => UpdateAsync(owner, row, p, db, secrets, ct), ct);

    private static Task<IResult> RemoveAsync(VariableOwner owner, string key, Parameters p, Db db, CancellationToken ct) =>
        OneAsync(owner, key, p, db, row => DeleteAsync(row, db, ct), ct);

    private static async Task<IResult> ListAsync(
        HttpContext http,
        VariableOwner owner,
        Paging paging,
        Db db,
        SecretBox secrets,
        CancellationToken ct
    )
    {
        var total = await db.FindAsync<long>($"SELECT count(*) FROM ci_variables WHERE {VariableOwner.Where}", owner, ct);
        var rows = await VariableStore.ListAsync(db, owner, paging, ct);
        return http.Page(paging, total, rows.Select(row => Json(row, secrets)));
    }

    private static async Task<IResult> AddAsync(VariableOwner owner, Parameters p, Db db, SecretBox secrets, CancellationToken ct)
    {
        if (p.Text("key") is not { } key)
            return Answers.BadParameter("key is missing");
        if (p.Text("value") is not { } value)
            return Answers.BadParameter("value is missing");
        var hidden = p.Flag("masked_and_hidden") ?? false;
        var wanted = new VariableToKeep(
            key,
            value,
            p.Text("variable_type") ?? "env_var",
            p.Flag("protected") ?? false,
            hidden || (p.Flag("masked") ?? false),
            hidden,
            p.Flag("raw") ?? false,
            p.Text("environment_scope") ?? "*",
            p.Text("description")
        );
        var (row, error) = await VariableStore.AddAsync(db, owner, wanted, secrets, ct);
        return row is null ? error!.Answer() : Answers.Created(Json(row, secrets));
    }

    private static async Task<IResult> UpdateAsync(
        VariableOwner owner,
        CiVariableRow row,
        Parameters p,
        Db db,
        SecretBox secrets,
        CancellationToken ct
    )
    {
        var wanted = new VariableToKeep(
            row.Name,
            p.Text("value") ?? secrets.Open(CiVariables.Purpose, row.Value),
            p.Text("variable_type") ?? row.VariableType,
            p.Flag("protected") ?? row.Protected == 1,
            p.Flag("masked") ?? row.Masked == 1,
            row.Hidden == 1,
            p.Flag("raw") ?? row.Raw == 1,
            p.Text("environment_scope") ?? row.EnvironmentScope,
            p.Has("description") ? p.Text("description") : row.Description
        );
        var (changed, error) = await VariableStore.ChangeAsync(db, owner, row.Id, wanted, secrets, ct);
        return changed is not null ? Answers.Ok(Json(changed, secrets))
            : error is not null ? error.Answer()
            : Answers.NotFound("Variable");
    }

    private static async Task<IResult> DeleteAsync(CiVariableRow row, Db db, CancellationToken ct)
    {
        await VariableStore.RemoveAsync(db, row, ct);
        return Answers.NoContent;
    }

    /// <summary>The variable of that name; of several, the one whose scope the filter names.</summary>
    private static async Task<IResult> OneAsync(
        VariableOwner owner,
        string key,
        Parameters p,
        Db db,
        Func<CiVariableRow, Task<IResult>> then,
        CancellationToken ct
    )
    {
        var scope = p.Map("filter").FirstOrDefault(pair => pair.Key == "environment_scope").Value;
        var rows = await db.QueryAsync<CiVariableRow>(
            $"SELECT * FROM ci_variables WHERE {VariableOwner.Where} AND name = @key",
            new
            {
                owner.NamespaceId,
                owner.ProjectId,
                key,
            },
            ct
        );
        var found = scope is null ? rows : [.. rows.Where(row => row.EnvironmentScope == scope)];
        return found switch
        {
            [var row] => await then(row),
            [] => Answers.NotFound("Variable"),
            _ => Answers.Conflict("There are multiple variables with provided parameters. Please use 'filter[environment_scope]'"),
        };
    }

    private static object Json(CiVariableRow row, SecretBox secrets) =>
        new
        {
            variable_type = row.VariableType,
            key = row.Name,
            value = row.Hidden == 1 ? null : secrets.Open(CiVariables.Purpose, row.Value),
            hidden = row.Hidden == 1,
            @protected = row.Protected == 1,
            masked = row.Masked == 1,
            raw = row.Raw == 1,
            environment_scope = row.EnvironmentScope,
            description = row.Description,
        };
}
