using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Accounts;

/// <summary>Who is there, and what administrators do about it. https://docs.gitlab.com/api/users/</summary>
internal static class UsersApi
{
    private static readonly Access Reader = new Access.SignedIn(Scopes.ReadUser);
    private static readonly Access Administrator = new Access.Administrator();

    public static void MapUsers(this IEndpointRouteBuilder v4)
    {
        v4.MapGet("/user", OwnAsync).Allow(Reader);
        v4.MapGet("/users", ListAsync).Allow(Reader);
        v4.MapGet("/users/{id:long}", FindAsync).Allow(Reader);
        v4.MapPost("/users", CreateAsync).Allow(Administrator);
        v4.MapPut("/users/{id:long}", ChangeAsync).Allow(Administrator);
        v4.MapPost(
                "/users/{id:long}/block",
                (long id, Actor actor, Db db, TimeProvider time, CancellationToken ct) => StateAsync(id, "blocked", actor, db, time, ct)
            )
            .Allow(Administrator);
        foreach (var word in (string[])["unblock", "activate"])
            v4.MapPost(
                    $"/users/{{id:long}}/{word}",
                    (long id, Actor actor, Db db, TimeProvider time, CancellationToken ct) => StateAsync(id, "active", actor, db, time, ct)
                )
                .Allow(Administrator);
    }

    private static async Task<IResult> OwnAsync(Actor actor, Db db, ServerUrl url, CancellationToken ct) =>
        Answers.Ok(await FullUserJson.FromAsync(actor.Responsible!, db, url, ct));

    private static async Task<IResult> FindAsync(long id, Actor actor, Db db, ServerUrl url, CancellationToken ct) =>
        await UserStore.FindAsync(db, id, ct) is not { } user ? Answers.NotFound("User")
        : actor.Responsible is { } me && (me.IsAdmin || me.Id == id) ? Answers.Ok(await FullUserJson.FromAsync(user, db, url, ct))
        : Answers.Ok(UserJson.Basic(user, url));

    private static async Task<IResult> ListAsync(
        HttpContext http,
        Paging paging,
        Parameters parameters,
        Actor actor,
        Db db,
        ServerUrl url,
        CancellationToken ct
    )
    {
        var filter = "state <> 'deleted'";
        if (parameters.Text("username") is not null)
            filter += " AND username_key = @username";
        if (parameters.Text("search") is not null)
            filter +=
                $" AND (username_key LIKE @search {Search.Escape} OR LOWER(name) LIKE @search {Search.Escape} OR email_key = @exactly)";
        if (parameters.Flag("active") == true)
            filter += " AND state = 'active'";
        if (parameters.Flag("blocked") == true)
            filter += " AND state = 'blocked'";
        if (
            parameters.Flag("humans") == true
            || parameters.Flag("exclude_internal") == true
            || parameters.Flag("without_project_bots") == true
        )
            filter += " AND kind = 'human'";
        if (parameters.Flag("admins") == true && actor.Responsible!.IsAdmin)
            filter += " AND admin = 1";
        var args = new
        {
            username = UserStore.Key(parameters.Text("username") ?? ""),
            search = Search.Pattern(parameters.Text("search") ?? ""),
            exactly = UserStore.Key(parameters.Text("search") ?? ""),
        };
        var total = await db.FindAsync<long>($"SELECT COUNT(*) FROM users WHERE {filter}", args, ct);
        var order = parameters.Text("sort") == "asc" ? "ASC" : "DESC";
        var users = await db.QueryAsync<UserRow>(
            $"SELECT {UserRow.Columns} FROM users WHERE {filter} ORDER BY id {order}{paging.Limit}",
            args,
            ct
        );
        if (!actor.Responsible!.IsAdmin)
            return http.Page(paging, total, users.Select(user => UserJson.Basic(user, url)));
        var full = new List<FullUserJson>();
        foreach (var user in users)
            full.Add(await FullUserJson.FromAsync(user, db, url, ct));
        return http.Page(paging, total, full);
    }

    private static async Task<IResult> CreateAsync(
        Parameters parameters,
        Actor actor,
        Db db,
        Passwords passwords,
        ServerUrl url,
        TimeProvider time,
        CancellationToken ct
    )
    {
        foreach (var name in (string[])["email", "username", "name"])
            if (string.IsNullOrWhiteSpace(parameters.Text(name)))
                return Answers.BadParameter($"{name} is missing");
        var isRandom = parameters.Flag("force_random_password") == true || parameters.Flag("reset_password") == true;
        if (!isRandom && parameters.Text("password") is null)
            return Answers.BadParameter(
                "password, reset_password, force_random_password are missing, at least one parameter must be provided"
            );
        if (!isRandom && Passwords.Check(parameters.Text("password")!) is { } weak)
            return weak.Answer();
        var hash = isRandom ? null : await passwords.HashAsync(parameters.Text("password")!, ct);
        var wanted = new UserToMake(
            parameters.Text("username")!,
            parameters.Text("name")!,
            parameters.Text("email")!,
            hash,
            parameters.Flag("admin") == true
        );
        var now = time.Milliseconds();
        var (user, error) = await db.WriteAsync(
            async (session, token) =>
            {
                var made = await UserStore.CreateAsync(session, wanted, now, token);
                if (made.User is not null)
                    await Audit.WriteAsync(
                        session,
                        actor.Name,
                        "user_created",
                        $"user {wanted.Username}",
                        new { wanted.Admin },
                        now,
                        token
                    );
                return made;
            },
            ct
        );
        return user is not null ? Answers.Created(await FullUserJson.FromAsync(user, db, url, ct))
            : error!.Message == FieldError.Taken ? Answers.Conflict($"{error}")
            : error.Answer();
    }

    private static async Task<IResult> ChangeAsync(
        long id,
        Parameters parameters,
        Actor actor,
        Db db,
        Passwords passwords,
        ServerUrl url,
        TimeProvider time,
        CancellationToken ct
    )
    {
        if (await UserStore.FindAsync(db, id, ct) is not { } user)
            return Answers.NotFound("User");
        if (parameters.Flag("admin") == false && user.Id == actor.Responsible!.Id)
            return Answers.Forbidden("You cannot take your own administrator's rights");
        if (parameters.Text("password") is { } password && Passwords.Check(password) is { } weak)
            return weak.Answer();
        var hash = parameters.Text("password") is { } given ? await passwords.HashAsync(given, ct) : null;
        var change = new UserChange(parameters.Text("name"), parameters.Text("email"), parameters.Flag("admin"), hash);
        var now = time.Milliseconds();
        var error = await db.WriteAsync(
            async (session, token) =>
            {
                var wrong = await UserStore.ChangeAsync(session, user, change, token);
                if (wrong is null)
                    await Audit.WriteAsync(session, actor.Name, "user_changed", $"user {user.Username}", change.ForAudit, now, token);
                return wrong;
            },
            ct
        );
        return error is not null
            ? error.Message == FieldError.Taken
                ? Answers.Conflict($"{error}")
                : error.Answer()
            : Answers.Ok(await FullUserJson.FromAsync((await UserStore.FindAsync(db, id, ct))!, db, url, ct));
    }

    private static async Task<IResult> StateAsync(long id, string state, Actor actor, Db db, TimeProvider time, CancellationToken ct)
    {
        if (await UserStore.FindAsync(db, id, ct) is not { } user)
            return Answers.NotFound("User");
        if (user.Id == actor.Responsible!.Id && state != "active")
            return Answers.Forbidden("You cannot block yourself");
        var now = time.Milliseconds();
        await db.WriteAsync((session, token) => UserStore.SetStateAsync(session, user, state, actor.Name, now, token), ct);
        return Answers.Created(true);
    }
}
