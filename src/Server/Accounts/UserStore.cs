using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Accounts;

/// <param name="Kind">As in <see cref="UserRow"/>.</param>
/// <param name="Password">Its hash, of <see cref="Passwords"/>; nothing: cannot sign in with one.</param>
internal sealed record UserToMake(
    string Username,
    string Name,
    string Email,
    string? Password = null,
    bool Admin = false,
    string Kind = "human"
);

/// <param name="Password">Its hash. Nothing in any of these: it stays as it is.</param>
internal sealed record UserChange(string? Name = null, string? Email = null, bool? Admin = null, string? Password = null)
{
    /// <summary>What was changed, without the secret.</summary>
    public object ForAudit =>
        new
        {
            Name,
            Email,
            Admin,
            password = Password is not null,
        };
}

/// <summary>The rows of users.</summary>
internal static class UserStore
{
    private const int MaxName = 255;
    private const int MaxEmail = 254;

    /// <summary>Makes a user; a person also gets a namespace of the same name.</summary>
    /// <returns>The user, or what is wrong.</returns>
    public static async Task<(UserRow? User, FieldError? Error)> CreateAsync(
        Session session,
        UserToMake user,
        long now,
        CancellationToken ct
    )
    {
        if (Check(user) is { } wrong)
            return (null, wrong);
        if (await TakenAsync(session, user, ct) is { } taken)
            return (null, taken);
        var row = await session.FindAsync<UserRow>(
            $"""
            INSERT INTO users (username, username_key, name, email, email_key, kind, state, admin, password, otp_recovery, otp_step, created_at)
            VALUES (@Username, @username_key, @Name, @Email, @email_key, @Kind, 'active', @admin, @Password, '', 0, @now)
            RETURNING {UserRow.Columns}
            """,
            new
            {
                user.Username,
                username_key = PathRules.Key(user.Username),
                user.Name,
                user.Email,
                email_key = user.Email.ToLowerInvariant(),
                user.Kind,
                admin = user.Admin ? 1L : 0L,
                user.Password,
                now,
            },
            ct
        );
        if (user.Kind == "human")
            await AddNamespaceAsync(session, row!, now, ct);
        return (row, null);
    }

    public static Task<UserRow?> FindAsync(Db db, long id, CancellationToken ct) =>
        db.FindAsync<UserRow>($"SELECT {UserRow.Columns} FROM users WHERE id = @id AND state <> 'deleted'", new { id }, ct);

    /// <param name="login">A user's name or address, in any case.</param>
    public static Task<UserRow?> FindAsync(Db db, string login, CancellationToken ct) =>
        db.FindAsync<UserRow>(
            $"SELECT {UserRow.Columns} FROM users WHERE (username_key = @key OR email_key = @key) AND state <> 'deleted' ORDER BY CASE WHEN username_key = @key THEN 0 ELSE 1 END",
            new { key = Key(login) },
            ct
        );

    /// <summary>What a name or an address is looked up by. PostgreSQL takes no text with a NUL; no name has one either.</summary>
    public static string Key(string login) => login.Contains('\0') ? "" : login.ToLowerInvariant();

    /// <summary>Who has no way to sign in any more keeps none that is open.</summary>
    public static async Task CloseDoorsAsync(Session session, long user, long now, CancellationToken ct)
    {
        await ForgetSignInsAsync(session, user, null, ct);
        await session.ExecuteAsync(
            "UPDATE access_tokens SET revoked_at = @now WHERE user_id = @user AND revoked_at IS NULL",
            new { user, now },
            ct
        );
    }

    /// <summary>Changes what is given, and leaves the rest as it is by now. With a new password everybody has to sign in again, and no address is known any more.</summary>
    /// <returns>What is wrong.</returns>
    public static async Task<FieldError?> ChangeAsync(Session session, UserRow user, UserChange change, CancellationToken ct)
    {
        if (
            ((change.Name is null ? null : CheckName(change.Name)) ?? (change.Email is null ? null : CheckEmail(change.Email))) is { } wrong
        )
            return wrong;
        var args = new
        {
            user.Id,
            change.Name,
            change.Email,
            email_key = change.Email?.ToLowerInvariant(),
            admin = change.Admin is { } admin ? (admin ? 1L : 0L) : (long?)null,
            change.Password,
        };
        if (
            change.Email is not null
            && await session.FindAsync<long>("SELECT id FROM users WHERE email_key = @email_key AND id <> @Id", args, ct) != 0
        )
            return new FieldError("email", FieldError.Taken);
        await session.ExecuteAsync(
            """
            UPDATE users SET name = COALESCE(@Name, name), email = COALESCE(@Email, email), email_key = COALESCE(@email_key, email_key),
              admin = COALESCE(@admin, admin), password = COALESCE(@Password, password)
            WHERE id = @Id
            """,
            args,
            ct
        );
        if (change.Name is not null)
            await session.ExecuteAsync("UPDATE namespaces SET name = @Name WHERE owner_id = @Id", args, ct);
        if (change.Password is not null)
            await ForgetSignInsAsync(session, user.Id, null, ct);
        return null;
    }

    /// <summary>A user gives themselves another password. Every browser has to sign in again, and of the addresses that are known only the one stays.</summary>
    /// <param name="hash">Of the new one.</param>
    /// <param name="was">Of the one that they have shown to know.</param>
    /// <param name="network">Where they are.</param>
    /// <returns>False when it is another one by now, or they may not sign in any more.</returns>
    public static async Task<bool> ReplacePasswordAsync(
        Session session,
        long user,
        string hash,
        string was,
        string network,
        CancellationToken ct
    )
    {
        const string sql = "UPDATE users SET password = @hash WHERE id = @user AND password = @was AND state = 'active'";
        var args = new
        {
            user,
            hash,
            was,
        };
        if (await session.ExecuteAsync(sql, args, ct) == 0)
            return false;
        await ForgetSignInsAsync(session, user, network, ct);
        return true;
    }

    /// <param name="network">The address that stays known.</param>
    private static async Task ForgetSignInsAsync(Session session, long user, string? network, CancellationToken ct)
    {
        await session.ExecuteAsync("DELETE FROM sessions WHERE user_id = @user", new { user }, ct);
        await session.ExecuteAsync(
            "DELETE FROM sign_in_addresses WHERE user_id = @user AND network <> @kept",
            new { user, kept = network ?? "" },
            ct
        );
    }

    /// <summary>Blocks a user, whose sessions end, or lets one in again; tokens are no good while their user is blocked.</summary>
    /// <param name="actor">Who does it.</param>
    public static async Task<bool> SetStateAsync(Session session, UserRow user, string state, string actor, long now, CancellationToken ct)
    {
        await session.ExecuteAsync("UPDATE users SET state = @state WHERE id = @Id AND state <> 'deleted'", new { user.Id, state }, ct);
        if (state != "active")
            await session.ExecuteAsync("DELETE FROM sessions WHERE user_id = @Id", new { user.Id }, ct);
        await Audit.WriteAsync(
            session,
            actor,
            state == "active" ? "user_unblocked" : "user_blocked",
            $"user {user.Username}",
            null,
            now,
            ct
        );
        return true;
    }

    /// <returns>What is wrong with a person's name.</returns>
    public static FieldError? CheckName(string name) =>
        string.IsNullOrWhiteSpace(name) ? new FieldError("name", FieldError.Blank)
        : name.Length > MaxName ? new FieldError("name", $"is too long (maximum is {MaxName} characters)")
        : name.Any(char.IsControl) ? new FieldError("name", "is invalid")
        : null;

    /// <returns>What is wrong with an address. That it works, only a mail could tell.</returns>
    public static FieldError? CheckEmail(string email)
    {
        if (string.IsNullOrWhiteSpace(email))
            return new FieldError("email", FieldError.Blank);
        var at = email.IndexOf('@');
        var isOne = at > 0 && at < email.Length - 1 && email.IndexOf('@', at + 1) < 0;
        return isOne && email.Length <= MaxEmail && !email.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c is '<' or '>' or ',')
            ? null
            : new FieldError("email", "is invalid");
    }

    private static FieldError? Check(UserToMake user) =>
        PathRules.CheckTop("username", user.Username) ?? CheckName(user.Name) ?? CheckEmail(user.Email);

    private static async Task<FieldError?> TakenAsync(Session session, UserToMake user, CancellationToken ct)
    {
        var args = new { key = PathRules.Key(user.Username), email = user.Email.ToLowerInvariant() };
        const string name =
            "SELECT path_key FROM routes WHERE path_key = @key UNION ALL SELECT username_key FROM users WHERE username_key = @key";
        if (await session.FindAsync<string>(name, args, ct) is not null)
            return new FieldError("username", FieldError.Taken);
        return await session.FindAsync<string>("SELECT email_key FROM users WHERE email_key = @email", args, ct) is null
            ? null
            : new FieldError("email", FieldError.Taken);
    }

    private static async Task AddNamespaceAsync(Session session, UserRow user, long now, CancellationToken ct)
    {
        var id = await session.FindAsync<long>(
            """
            INSERT INTO namespaces (kind, owner_id, name, path, full_path, description, visibility, created_at)
            VALUES ('user', @Id, @Name, @Username, @Username, '', 'public', @now) RETURNING id
            """,
            new
            {
                user.Id,
                user.Name,
                user.Username,
                now,
            },
            ct
        );
        await session.ExecuteAsync(
            "INSERT INTO routes (path_key, namespace_id) VALUES (@key, @id)",
            new { key = PathRules.Key(user.Username), id },
            ct
        );
    }
}
