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
    /// <summary>GitLab's defaults of what one owner may have.</summary>
    private const int MostOfProject = 8000;

    private const int MostOfGroup = 30_000;
    private const int MostOfInstance = 25;

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

    private static Task<IResult> ShowAsync(Owner owner, string key, Parameters p, Db db, SecretBox secrets, CancellationToken ct) =>
        OneAsync(owner, key, p, db, row => Task.FromResult(Answers.Ok(Json(row, secrets))), ct);

    private static Task<IResult> ChangeAsync(Owner owner, string key, Parameters p, Db db, SecretBox secrets, CancellationToken ct) =>
        OneAsync(owner, key, p, db, row => UpdateAsync(owner, row, p, db, secrets, ct), ct);

    private static Task<IResult> RemoveAsync(Owner owner, string key, Parameters p, Db db, CancellationToken ct) =>
        OneAsync(owner, key, p, db, row => DeleteAsync(row, db, ct), ct);

    private static async Task<IResult> ListAsync(
        HttpContext http,
        Owner owner,
        Paging paging,
        Db db,
        SecretBox secrets,
        CancellationToken ct
    )
    {
        var total = await db.FindAsync<long>($"SELECT count(*) FROM ci_variables WHERE {Owner.Where}", owner, ct);
        var rows = await db.QueryAsync<CiVariableRow>(
            $"SELECT * FROM ci_variables WHERE {Owner.Where} ORDER BY name, id{paging.Limit}",
            owner,
            ct
        );
        return http.Page(paging, total, rows.Select(row => Json(row, secrets)));
    }

    private static async Task<IResult> AddAsync(Owner owner, Parameters p, Db db, SecretBox secrets, CancellationToken ct)
    {
        if (p.Text("key") is not { } key)
            return Answers.BadParameter("key is missing");
        if (p.Text("value") is not { } value)
            return Answers.BadParameter("value is missing");
        var hidden = p.Flag("masked_and_hidden") ?? false;
        var wanted = new Wanted(
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
        if (wanted.Problem is var (field, error))
            return Answers.Invalid(field, error);
        var result = await db.WriteAsync<(CiVariableRow? Row, string? Problem)>(
            async (session, token) =>
            {
                if (await session.FindAsync<long>($"SELECT count(*) FROM ci_variables WHERE {Owner.Where}", owner, token) >= owner.Most)
                    return (null, $"Maximum number of CI/CD variables ({owner.Most}) exceeded");
                if (await TakenAsync(session, owner, key, wanted.EnvironmentScope, 0, token))
                    return (null, $"({key}) has already been taken");
                return (
                    await session.FindAsync<CiVariableRow>(
                        """
                        INSERT INTO ci_variables (namespace_id, project_id, name, value, variable_type, protected, masked, hidden, raw, environment_scope, description)
                        VALUES (@NamespaceId, @ProjectId, @Key, @Sealed, @VariableType, @IsProtected, @IsMasked, @IsHidden, @IsRaw, @EnvironmentScope, @Description)
                        RETURNING *
                        """,
                        wanted.Arguments(owner, 0, secrets),
                        token
                    ),
                    null
                );
            },
            ct
        );
        return result.Row is { } row ? Answers.Created(Json(row, secrets)) : Answers.Invalid("key", result.Problem!);
    }

    private static async Task<IResult> UpdateAsync(
        Owner owner,
        CiVariableRow row,
        Parameters p,
        Db db,
        SecretBox secrets,
        CancellationToken ct
    )
    {
        var wanted = new Wanted(
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
        if (wanted.Problem is var (field, error))
            return Answers.Invalid(field, error);
        var changed = await db.WriteAsync(
            async (session, token) =>
                await TakenAsync(session, owner, row.Name, wanted.EnvironmentScope, row.Id, token)
                    ? null
                    : await session.FindAsync<CiVariableRow>(
                        """
                        UPDATE ci_variables SET value = @Sealed, variable_type = @VariableType, protected = @IsProtected, masked = @IsMasked, raw = @IsRaw,
                          environment_scope = @EnvironmentScope, description = @Description
                        WHERE id = @Id RETURNING *
                        """,
                        wanted.Arguments(owner, row.Id, secrets),
                        token
                    ),
            ct
        );
        return changed is null ? Answers.Invalid("key", $"({row.Name}) has already been taken") : Answers.Ok(Json(changed, secrets));
    }

    private static async Task<IResult> DeleteAsync(CiVariableRow row, Db db, CancellationToken ct)
    {
        await db.ExecuteAsync("DELETE FROM ci_variables WHERE id = @Id", new { row.Id }, ct);
        return Answers.NoContent;
    }

    /// <summary>The variable of that name; of several, the one whose scope the filter names.</summary>
    private static async Task<IResult> OneAsync(
        Owner owner,
        string key,
        Parameters p,
        Db db,
        Func<CiVariableRow, Task<IResult>> then,
        CancellationToken ct
    )
    {
        var scope = p.Map("filter").FirstOrDefault(pair => pair.Key == "environment_scope").Value;
        var rows = await db.QueryAsync<CiVariableRow>(
            $"SELECT * FROM ci_variables WHERE {Owner.Where} AND name = @key",
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

    private static async Task<bool> TakenAsync(Session session, Owner owner, string key, string scope, long except, CancellationToken ct) =>
        await session.FindAsync<long>(
            $"SELECT count(*) FROM ci_variables WHERE {Owner.Where} AND name = @key AND environment_scope = @scope AND id <> @except",
            new
            {
                owner.NamespaceId,
                owner.ProjectId,
                key,
                scope,
                except,
            },
            ct
        ) > 0;

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

    /// <summary>Whose variables: neither is the instance.</summary>
    internal sealed record Owner(long? ProjectId, long? NamespaceId, int Most)
    {
        /// <summary>A handler's parameter is filled in from what the route names.</summary>
        public static async ValueTask<Owner> BindAsync(HttpContext http) =>
            await ProjectContext.BindAsync(http) is { } project ? new Owner(project.Id, null, MostOfProject)
            : await GroupContext.BindAsync(http) is { } group ? new Owner(null, group.Id, MostOfGroup)
            : new Owner(null, null, MostOfInstance);

        // COALESCE: no id is 0, and NULL equals nothing.
        public const string Where =
            "COALESCE(project_id, 0) = COALESCE(@ProjectId, 0) AND COALESCE(namespace_id, 0) = COALESCE(@NamespaceId, 0)";
    }

    /// <summary>A variable as somebody wants it to be.</summary>
    private sealed record Wanted(
        string Key,
        string Value,
        string VariableType,
        bool Protected,
        bool Masked,
        bool Hidden,
        bool Raw,
        string EnvironmentScope,
        string? Description
    )
    {
        private const int LongestKey = 255;
        private const int LongestValue = 10_000;
        private const int LeastMasked = 8;

        /// <summary>What is wrong with it, in GitLab's words.</summary>
        public (string Field, string Error)? Problem =>
            this switch
            {
                { Key: "" } => ("key", "can't be blank"),
                { Key.Length: > LongestKey } => ("key", $"is too long (maximum is {LongestKey} characters)"),
                _ when !Key.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') => ("key", "can contain only letters, digits and '_'."),
                { Value.Length: > LongestValue } => ("value", $"is too long (maximum is {LongestValue} characters)"),
                { VariableType: not ("env_var" or "file") } => ("variable_type", "does not have a valid value"),
                { EnvironmentScope.Length: > LongestKey } => ("environment_scope", $"is too long (maximum is {LongestKey} characters)"),
                { EnvironmentScope: "" } => ("environment_scope", "can't be blank"),
                { Masked: true } when !CanBeMasked => ("value", "is invalid"),
                _ => null,
            };

        /// <summary>https://docs.gitlab.com/ci/variables/#mask-a-cicd-variable: one line without blanks, of at least 8 characters; unless raw, only those a shell leaves alone.</summary>
        private bool CanBeMasked =>
            Value.Length >= LeastMasked
            && !Value.Any(char.IsWhiteSpace)
            && (Raw || Value.All(c => char.IsAsciiLetterOrDigit(c) || "_+=/@:.~-".Contains(c)));

        public object Arguments(Owner owner, long id, SecretBox secrets) =>
            new
            {
                owner.NamespaceId,
                owner.ProjectId,
                Id = id,
                Key,
                Sealed = secrets.Seal(CiVariables.Purpose, Value),
                VariableType,
                IsProtected = Protected ? 1L : 0,
                IsMasked = Masked ? 1L : 0,
                IsHidden = Hidden ? 1L : 0,
                IsRaw = Raw ? 1L : 0,
                EnvironmentScope,
                Description,
            };
    }
}
