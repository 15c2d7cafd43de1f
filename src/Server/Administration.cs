using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Work;

namespace Slipway.Server;

/// <summary>
/// What whoever owns the machine does to a server's users, tokens and projects without asking the server: it works on the data folder, whether or not a server
/// runs there. Everything is recorded as done by <c>command line</c>.
/// </summary>
public sealed partial class Administration : IAsyncDisposable
{
    private const string Actor = "command line";

    private readonly Db _db;
    private readonly TimeProvider _time;
    private readonly ServerOptions _options;

    private Administration(Db db, TimeProvider time, ServerOptions options) => (_db, _time, _options) = (db, time, options);

    /// <summary>Opens the data folder, and makes it when it is not there.</summary>
    /// <exception cref="IOException">The folder or its key file cannot be used.</exception>
    /// <exception cref="AdministrationException">The database cannot be opened.</exception>
    public static async Task<Administration> OpenAsync(ServerOptions options, TimeProvider time, CancellationToken ct)
    {
        RestoreMark.ThrowIfThere(options.DataFolder);
        OwnFolder.Make(options.DataFolder);
        var db = await GuardAsync(() => Db.OpenAsync(new DataOptions(options.DatabaseAddress), time, ct));
        try
        {
            await ServerKeys.OpenAsync(options, db, ct);
            return new Administration(db, time, options);
        }
        catch
        {
            await db.DisposeAsync();
            throw;
        }
    }

    /// <param name="password">Nothing: none, the user signs in with tokens only.</param>
    public async Task<User> CreateUserAsync(string username, string name, string email, string? password, bool admin, CancellationToken ct)
    {
        var wanted = new UserToMake(username, name, email, await HashAsync(password, ct), admin);
        var now = _time.Milliseconds();
        var (row, error) = await WriteAsync(
            async (session, token) =>
            {
                var made = await UserStore.CreateAsync(session, wanted, now, token);
                if (made.User is not null)
                    await Audit.WriteAsync(session, Actor, "user_created", $"user {username}", new { admin }, now, token);
                return made;
            },
            ct
        );
        return row is null ? throw Refused(error!) : Of(row);
    }

    /// <summary>All people, not the bots, by name.</summary>
    public async Task<IReadOnlyList<User>> UsersAsync(CancellationToken ct)
    {
        const string sql = $"SELECT {UserRow.Columns} FROM users WHERE kind = 'human' AND state <> 'deleted' ORDER BY username_key";
        return [.. (await GuardAsync(() => _db.QueryAsync<UserRow>(sql, null, ct))).Select(Of)];
    }

    /// <summary>Blocks a user, or lets one in again.</summary>
    public async Task SetBlockedAsync(string username, bool blocked, CancellationToken ct)
    {
        var user = await UserAsync(username, ct);
        var now = _time.Milliseconds();
        await WriteAsync((session, token) => UserStore.SetStateAsync(session, user, blocked ? "blocked" : "active", Actor, now, token), ct);
    }

    /// <summary>Opens an account that wrong passwords have shut.</summary>
    public async Task UnlockAsync(string username, CancellationToken ct)
    {
        var user = await UserAsync(username, ct);
        var now = _time.Milliseconds();
        if (!await WriteAsync((session, token) => SignInRows.UnlockAsync(session, user, Actor, now, token), ct))
            throw new AdministrationException(Refusal.NotFound, $"\"{user.Username}\" is not locked");
    }

    /// <summary>Changes what is given. A new password ends the user's sessions.</summary>
    public async Task ChangeUserAsync(string username, string? password, bool? admin, CancellationToken ct)
    {
        var user = await UserAsync(username, ct);
        var change = new UserChange(Admin: admin, Password: await HashAsync(password, ct));
        var now = _time.Milliseconds();
        await WriteAsync(
            async (session, token) =>
            {
                await Audit.WriteAsync(session, Actor, "user_changed", $"user {user.Username}", change.ForAudit, now, token);
                return await UserStore.ChangeAsync(session, user, change, token);
            },
            ct
        );
    }

    /// <summary>Takes the second factor away from a user who has lost it.</summary>
    public async Task RemoveSecondFactorAsync(string username, CancellationToken ct)
    {
        var user = await UserAsync(username, ct);
        var now = _time.Milliseconds();
        await WriteAsync(
            async (session, token) =>
            {
                await Audit.WriteAsync(session, Actor, "second_factor_removed", $"user {user.Username}", null, now, token);
                return await SecondFactor.RemoveAsync(session, user.Id, token);
            },
            ct
        );
    }

    /// <param name="scopes">GitLab's words.</param>
    /// <param name="expires">A day, <c>2026-07-01</c>; nothing: a year from today.</param>
    /// <returns>What it is, and the token itself, which is nowhere else.</returns>
    public async Task<(Token Token, string Secret)> CreateTokenAsync(
        string username,
        string name,
        IReadOnlyList<string> scopes,
        string? expires,
        CancellationToken ct
    )
    {
        var user = await UserAsync(username, ct);
        var allowed = user.IsAdmin ? ScopeWords.Full : ScopeWords.OfEverybody;
        var (wanted, error) = TokenStore.Check(user.Id, name, scopes, expires, allowed, _time);
        if (wanted is null)
            throw Refused(error!);
        var now = _time.Milliseconds();
        var (row, secret) = await WriteAsync(
            async (session, token) =>
            {
                var details = new { name, scopes };
                await Audit.WriteAsync(session, Actor, "access_token_created", $"user {user.Username}", details, now, token);
                return await TokenStore.CreateAsync(session, wanted, now, token);
            },
            ct
        );
        return (Of(row, user.Username), secret);
    }

    /// <summary>Those that are good, of one user or of all.</summary>
    public async Task<IReadOnlyList<Token>> TokensAsync(string? username, CancellationToken ct)
    {
        var user = username is null ? null : await UserAsync(username, ct);
        var args = new { user = user?.Id ?? 0, now = _time.Milliseconds() };
        const string active = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > @now) AND (@user = 0 OR user_id = @user)";
        var rows = await GuardAsync(() =>
            _db.QueryAsync<AccessTokenRow>($"SELECT {AccessTokenRow.Columns} FROM access_tokens WHERE {active} ORDER BY id", args, ct)
        );
        var names = (await GuardAsync(() => _db.QueryAsync<UserRow>($"SELECT {UserRow.Columns} FROM users", null, ct))).ToDictionary(
            row => row.Id,
            row => row.Username
        );
        return [.. rows.Select(row => Of(row, names[row.UserId]))];
    }

    public async Task RevokeTokenAsync(long id, CancellationToken ct)
    {
        var now = _time.Milliseconds();
        var isRevoked = await WriteAsync(
            async (session, token) =>
            {
                var done = await TokenStore.RevokeAsync(session, id, now, token);
                if (done)
                    await Audit.WriteAsync(session, Actor, "access_token_revoked", $"token {id}", null, now, token);
                return done;
            },
            ct
        );
        if (!isRevoked)
            throw new AdministrationException(Refusal.NotFound, $"there is no token {id}, or it is revoked already");
    }

    /// <param name="path">With the user's or the group's: <c>team/app</c>.</param>
    /// <param name="visibility"><c>private</c>, <c>internal</c> or <c>public</c>.</param>
    public async Task<Project> CreateProjectAsync(string path, string visibility, CancellationToken ct)
    {
        var cut = path.LastIndexOf('/');
        if (cut <= 0)
            throw new AdministrationException(Refusal.Invalid, $"\"{path}\" is no full path: say whose it is, as in ada/{path}");
        var space =
            await GuardAsync(() => Lookup.NamespaceAsync(_db, path[..cut], ct))
            ?? throw new AdministrationException(Refusal.NotFound, $"there is no user or group \"{path[..cut]}\"");
        var creator = await OwnerAsync(space, ct);
        var wanted = new ProjectToMake(space, creator, path[(cut + 1)..], path[(cut + 1)..]) { Visibility = visibility };
        var now = _time.Milliseconds();
        var (row, error) = await WriteAsync(
            async (session, token) =>
            {
                var made = await ProjectStore.CreateAsync(session, wanted, now, token);
                if (made.Project is not null)
                    await Audit.WriteAsync(session, Actor, "project_created", $"project {path}", null, now, token);
                return made;
            },
            ct
        );
        return row is null ? throw Refused(error!) : Of(row);
    }

    public async Task<IReadOnlyList<Project>> ProjectsAsync(CancellationToken ct)
    {
        const string sql = $"SELECT {ProjectRow.Columns} FROM projects WHERE deleted_at IS NULL ORDER BY full_path";
        return [.. (await GuardAsync(() => _db.QueryAsync<ProjectRow>(sql, null, ct))).Select(Of)];
    }

    /// <summary>Hides it at once. Its rows and files go when a server runs.</summary>
    public async Task RemoveProjectAsync(string path, CancellationToken ct)
    {
        var project = await ProjectAsync(path, ct);
        var now = _time.Milliseconds();
        var work = new WorkLoop(_db, _time);
        await WriteAsync((session, token) => ProjectRemoval.BeginAsync(session, work, project, Actor, now, token), ct);
    }

    public ValueTask DisposeAsync() => _db.DisposeAsync();

    /// <param name="State"><c>active</c> or <c>blocked</c>.</param>
    public sealed record User(long Id, string Username, string Name, string Email, string State, bool Admin);

    /// <param name="ExpiresAt">A day, <c>2026-07-01</c>.</param>
    public sealed record Token(long Id, string Username, string Name, IReadOnlyList<string> Scopes, string? ExpiresAt);

    /// <param name="DefaultBranch">Nothing while it is empty.</param>
    public sealed record Project(long Id, string Path, string Visibility, string? DefaultBranch);

    private static User Of(UserRow row) => new(row.Id, row.Username, row.Name, row.Email, row.State, row.IsAdmin);

    private static Token Of(AccessTokenRow row, string username) =>
        new(row.Id, username, row.Name, row.Scopes.Split(' '), row.ExpiresAt.Day());

    private static Project Of(ProjectRow row) => new(row.Id, row.FullPath, row.Visibility, row.DefaultBranch);

    private static AdministrationException Refused(FieldError error) =>
        new(error.Message == FieldError.Taken ? Refusal.Conflict : Refusal.Invalid, $"{error}");

    private async Task<string?> HashAsync(string? password, CancellationToken ct)
    {
        if (password is null)
            return null;
        if (Passwords.Check(password) is { } weak)
            throw Refused(weak);
        using var passwords = new Passwords(_options);
        return await passwords.HashAsync(password, ct);
    }

    private async Task<ProjectRow> ProjectAsync(string path, CancellationToken ct) =>
        await GuardAsync(() => Lookup.ProjectAsync(_db, path, ct))
        ?? throw new AdministrationException(Refusal.NotFound, $"there is no project \"{path}\"");

    private async Task<UserRow> UserAsync(string username, CancellationToken ct) =>
        await GuardAsync(() => UserStore.FindAsync(_db, username, ct))
        ?? throw new AdministrationException(Refusal.NotFound, $"there is no user \"{username}\"");

    /// <summary>Whoever a project of the command line's is put down to: its namespace's owner.</summary>
    private async Task<UserRow> OwnerAsync(NamespaceRow space, CancellationToken ct)
    {
        const string sql = $"""
            {Roles.Up} SELECT {UserRow.ColumnsOfU} FROM users u WHERE u.id IN (SELECT owner_id FROM up)
              OR u.id IN (SELECT m.user_id FROM members m WHERE m.namespace_id IN (SELECT id FROM up) AND m.access_level = 50) ORDER BY u.id
            """;
        return await GuardAsync(() => _db.FindAsync<UserRow>(sql, new { space = space.Id }, ct))
            ?? throw new AdministrationException(Refusal.Invalid, $"\"{space.FullPath}\" has no owner");
    }

    private Task<T> WriteAsync<T>(Func<Session, CancellationToken, Task<T>> body, CancellationToken ct) =>
        GuardAsync(() => _db.WriteAsync(body, ct));

    private static async Task<T> GuardAsync<T>(Func<Task<T>> body)
    {
        try
        {
            return await body();
        }
        catch (DatabaseException e) when (e.Fault == DbFault.Busy)
        {
            throw new AdministrationException(Refusal.Busy, "another process is writing to the database; try again", e);
        }
        catch (DatabaseException e)
        {
            throw new AdministrationException(Refusal.Unavailable, e.Message, e);
        }
    }
}

/// <summary>Why something could not be done.</summary>
public enum Refusal
{
    /// <summary>A name or a value that cannot be.</summary>
    Invalid,
    NotFound,

    /// <summary>It is there already.</summary>
    Conflict,

    /// <summary>Another process writes; it may be tried again.</summary>
    Busy,

    /// <summary>The database does not answer, or is not one.</summary>
    Unavailable,
}

/// <summary>Something cannot be done, for a reason that whoever asked can act on.</summary>
public sealed class AdministrationException(Refusal refusal, string message, Exception? inner = null) : Exception(message, inner)
{
    public Refusal Refusal => refusal;
}
