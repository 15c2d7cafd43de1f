using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Projects;

/// <summary>Rules for branches and tags. https://docs.gitlab.com/api/protected_branches/ https://docs.gitlab.com/api/protected_tags/</summary>
internal static class ProtectedRefsApi
{
    private const int MaxName = 255;

    private static readonly Access Reader = new Access.OnProject(Abilities.ReadProtectedRefs);
    private static readonly Access Keeper = new Access.OnProject(Abilities.AdminProtectedRefs);

    /// <summary>What can be said: nobody, developers and up, maintainers and up, administrators.</summary>
    private static readonly Dictionary<long, string> Levels = new()
    {
        [0] = "No one",
        [30] = "Developers + Maintainers",
        [40] = "Maintainers",
        [60] = "Administrators",
    };

    public static void MapProtectedRefs(this IEndpointRouteBuilder v4)
    {
        foreach (
            var (kind, path) in ((string, string)[])[(ProtectedRefs.Branch, "protected_branches"), (ProtectedRefs.Tag, "protected_tags")]
        )
        {
            var refs = v4.MapGroup("/projects/{project}/" + path);
            refs.MapGet(
                    "",
                    (HttpContext http, ProjectContext here, Paging paging, Parameters parameters, Db db, CancellationToken ct) =>
                        ListAsync(kind, http, here, paging, parameters, db, ct)
                )
                .Allow(Reader);
            refs.MapGet("/{name}", (string name, ProjectContext here, Db db, CancellationToken ct) => FindAsync(kind, name, here, db, ct))
                .Allow(Reader);
            refs.MapPost(
                    "",
                    (
                        ProjectContext here,
                        Parameters parameters,
                        Actor actor,
                        Db db,
                        IEnumerable<ProtectionFollower> followers,
                        TimeProvider time,
                        CancellationToken ct
                    ) => CreateAsync(kind, here, parameters, actor, db, followers, time, ct)
                )
                .Allow(Keeper);
            refs.MapDelete(
                    "/{name}",
                    (
                        string name,
                        ProjectContext here,
                        Actor actor,
                        Db db,
                        IEnumerable<ProtectionFollower> followers,
                        TimeProvider time,
                        CancellationToken ct
                    ) => RemoveAsync(kind, name, here, actor, db, followers, time, ct)
                )
                .Allow(Keeper);
        }

        v4.MapPatch("/projects/{project}/protected_branches/{name}", ChangeAsync).Allow(Keeper);
    }

    private static async Task<IResult> ListAsync(
        string kind,
        HttpContext http,
        ProjectContext here,
        Paging paging,
        Parameters parameters,
        Db db,
        CancellationToken ct
    )
    {
        var args = new
        {
            here.Id,
            kind,
            search = Search.Pattern(parameters.Text("search") ?? ""),
        };
        const string where = $"FROM protected_refs WHERE project_id = @Id AND kind = @kind AND LOWER(name) LIKE @search {Search.Escape}";
        var total = await db.FindAsync<long>($"SELECT COUNT(*) {where}", args, ct);
        var rows = await db.QueryAsync<ProtectedRefRow>($"SELECT {ProtectedRefRow.Columns} {where} ORDER BY name{paging.Limit}", args, ct);
        return http.Page(paging, total, rows.Select(Json));
    }

    private static async Task<IResult> FindAsync(string kind, string name, ProjectContext here, Db db, CancellationToken ct) =>
        await RowAsync(kind, name, here, db, ct) is { } row ? Answers.Ok(Json(row)) : Answers.NotFound();

    private static async Task<IResult> CreateAsync(
        string kind,
        ProjectContext here,
        Parameters parameters,
        Actor actor,
        Db db,
        IEnumerable<ProtectionFollower> followers,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var (row, refusal) = Wanted(kind, here, parameters);
        if (row is null)
            return refusal!;
        if (await RowAsync(kind, row.Name, here, db, ct) is not null)
            return Answers.Conflict($"Protected {kind} '{row.Name}' already exists");
        var now = time.Milliseconds();
        await db.WriteAsync(
            async (session, token) =>
            {
                await InsertAsync(session, row, here, actor, now, token);
                return await FollowAsync(session, followers, here, kind, token);
            },
            ct
        );
        return Answers.Created(Json((await RowAsync(kind, row.Name, here, db, ct))!));
    }

    private static async Task<bool> FollowAsync(
        Session session,
        IEnumerable<ProtectionFollower> followers,
        ProjectContext here,
        string kind,
        CancellationToken ct
    )
    {
        foreach (var follow in followers)
            await follow(session, here.Id, kind, ct);
        return true;
    }

    private static async Task<bool> InsertAsync(
        Session session,
        ProtectedRefRow row,
        ProjectContext here,
        Actor actor,
        long now,
        CancellationToken ct
    )
    {
        await session.ExecuteAsync(
            """
            INSERT INTO protected_refs (project_id, kind, name, push_level, merge_level, allow_force_push)
            VALUES (@ProjectId, @Kind, @Name, @PushLevel, @MergeLevel, @AllowForcePush)
            ON CONFLICT (project_id, kind, name) DO NOTHING
            """,
            row,
            ct
        );
        var details = new
        {
            row.Name,
            row.PushLevel,
            row.AllowForcePush,
        };
        await Audit.WriteAsync(session, actor.Name, $"protected_{row.Kind}_created", $"project {here.Project.FullPath}", details, now, ct);
        return true;
    }

    /// <summary>The rule that is asked for, or what is wrong with it.</summary>
    private static (ProtectedRefRow? Row, IResult? Refusal) Wanted(string kind, ProjectContext here, Parameters parameters)
    {
        if (parameters.Text("name") is not { } name)
            return (null, Answers.BadParameter("name is missing"));
        if (name.Length is 0 or > MaxName || name.Any(c => char.IsControl(c) || c == ' '))
            return (null, new FieldError("name", "is invalid").Answer(422));
        var (push, list) =
            kind == ProtectedRefs.Branch ? ("push_access_level", "allowed_to_push") : ("create_access_level", "allowed_to_create");
        var (pushLevel, mergeLevel) = (Level(parameters, push, list), Level(parameters, "merge_access_level", "allowed_to_merge"));
        foreach (var (parameter, level) in ((string, long)[])[(push, pushLevel), ("merge_access_level", mergeLevel)])
            if (!Levels.ContainsKey(level))
                return (null, Answers.BadParameter($"{parameter} does not have a valid value"));
        var force = parameters.Flag("allow_force_push") == true ? 1 : 0;
        return (new ProtectedRefRow(0, here.Id, kind, name, pushLevel, mergeLevel, force), null);
    }

    private static async Task<IResult> ChangeAsync(
        string name,
        ProjectContext here,
        Parameters parameters,
        Actor actor,
        Db db,
        TimeProvider time,
        CancellationToken ct
    )
    {
        if (await RowAsync(ProtectedRefs.Branch, name, here, db, ct) is not { } row)
            return Answers.NotFound();
        var changed = row with
        {
            PushLevel = Changed(parameters, "allowed_to_push") ?? row.PushLevel,
            MergeLevel = Changed(parameters, "allowed_to_merge") ?? row.MergeLevel,
            AllowForcePush = parameters.Flag("allow_force_push") is { } force ? (force ? 1 : 0) : row.AllowForcePush,
        };
        if (!Levels.ContainsKey(changed.PushLevel) || !Levels.ContainsKey(changed.MergeLevel))
            return Answers.BadParameter("access_level does not have a valid value");
        var now = time.Milliseconds();
        await db.WriteAsync(
            async (session, token) =>
            {
                await session.ExecuteAsync(
                    "UPDATE protected_refs SET push_level = @PushLevel, merge_level = @MergeLevel, allow_force_push = @AllowForcePush WHERE id = @Id",
                    changed,
                    token
                );
                var details = new
                {
                    row.Name,
                    changed.PushLevel,
                    changed.AllowForcePush,
                };
                await Audit.WriteAsync(
                    session,
                    actor.Name,
                    "protected_branch_changed",
                    $"project {here.Project.FullPath}",
                    details,
                    now,
                    token
                );
                return true;
            },
            ct
        );
        return Answers.Ok(Json(changed));
    }

    private static async Task<IResult> RemoveAsync(
        string kind,
        string name,
        ProjectContext here,
        Actor actor,
        Db db,
        IEnumerable<ProtectionFollower> followers,
        TimeProvider time,
        CancellationToken ct
    )
    {
        if (await RowAsync(kind, name, here, db, ct) is not { } row)
            return Answers.NotFound();
        var now = time.Milliseconds();
        await db.WriteAsync(
            async (session, token) =>
            {
                await session.ExecuteAsync("DELETE FROM protected_refs WHERE id = @Id", new { row.Id }, token);
                var target = $"project {here.Project.FullPath}";
                await Audit.WriteAsync(session, actor.Name, $"protected_{kind}_removed", target, new { row.Name }, now, token);
                return await FollowAsync(session, followers, here, kind, token);
            },
            ct
        );
        return Answers.NoContent;
    }

    private static long Level(Parameters parameters, string name, string list) =>
        Changed(parameters, list) ?? (parameters.Text(name) is null ? (long)Role.Maintainer : parameters.Number(name) ?? -1);

    /// <summary><c>allowed_to_push: [{access_level: 40}]</c>: with several, the least.</summary>
    private static long? Changed(Parameters parameters, string list)
    {
        if (
            parameters.Json is not { } json
            || !json.TryGetProperty(list, out var items)
            || items.ValueKind != System.Text.Json.JsonValueKind.Array
        )
            return null;
        var levels = items
            .EnumerateArray()
            .Where(item => item.ValueKind == System.Text.Json.JsonValueKind.Object)
            .Select(item => item.TryGetProperty("access_level", out var level) && level.TryGetInt64(out var number) ? number : (long?)null)
            .OfType<long>()
            .ToList();
        return levels.Count == 0 ? null : levels.Min();
    }

    private static Task<ProtectedRefRow?> RowAsync(string kind, string name, ProjectContext here, Db db, CancellationToken ct) =>
        db.FindAsync<ProtectedRefRow>(
            $"SELECT {ProtectedRefRow.Columns} FROM protected_refs WHERE project_id = @Id AND kind = @kind AND name = @name",
            new
            {
                here.Id,
                kind,
                name = name.Contains('\0') ? "" : name.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase),
            },
            ct
        );

    private static object Json(ProtectedRefRow row) =>
        row.Kind == ProtectedRefs.Tag
            ? new { row.Name, create_access_levels = Level(row.Id, row.PushLevel) }
            : new
            {
                row.Id,
                row.Name,
                push_access_levels = Level(row.Id, row.PushLevel),
                merge_access_levels = Level(row.Id, row.MergeLevel),
                allow_force_push = row.AllowForcePush == 1,
                unprotect_access_levels = Array.Empty<object>(),
                code_owner_approval_required = false,
                inherited = false,
            };

    private static object[] Level(long id, long level) =>
        [
            new
            {
                id,
                access_level = level,
                access_level_description = Levels[level],
                deploy_key_id = (long?)null,
                user_id = (long?)null,
                group_id = (long?)null,
            },
        ];
}
