namespace Slipway.Server.Data;

/// <param name="Kind"><c>human</c>, <c>project_bot</c> or <c>group_bot</c>.</param>
/// <param name="State"><c>active</c>, <c>blocked</c> or <c>deleted</c>.</param>
/// <param name="Admin">1: administrator of the instance.</param>
internal sealed record UserRow(long Id, string Username, string Name, string Email, string Kind, string State, long Admin, long CreatedAt)
{
    /// <summary>The columns it is read from.</summary>
    public const string Columns = "id, username, name, email, kind, state, admin, created_at";

    /// <summary>The same, of a table that a query calls <c>u</c>.</summary>
    public const string ColumnsOfU = "u.id, u.username, u.name, u.email, u.kind, u.state, u.admin, u.created_at";

    public bool IsAdmin => Admin == 1;
    public bool IsActive => State == "active";
}

/// <summary>A personal, project or group access token; the latter two belong to a bot.</summary>
/// <param name="Scopes">GitLab's words, separated by blanks.</param>
/// <param name="ExpiresAt">A midnight; from then on it is no good.</param>
internal sealed record AccessTokenRow(
    long Id,
    long UserId,
    string Name,
    string Description,
    string Scopes,
    long CreatedAt,
    long? ExpiresAt,
    long? LastUsedAt,
    long? RevokedAt
)
{
    public const string Columns = "id, user_id, name, description, scopes, created_at, expires_at, last_used_at, revoked_at";

    public bool IsActive(long now) => RevokedAt is null && !(ExpiresAt <= now);
}

/// <param name="Scopes">GitLab's words, separated by blanks.</param>
internal sealed record DeployTokenRow(
    long Id,
    long? NamespaceId,
    long? ProjectId,
    string Name,
    string Username,
    string Scopes,
    long CreatedAt,
    long? ExpiresAt,
    long? RevokedAt
)
{
    public const string Columns = "id, namespace_id, project_id, name, username, scopes, created_at, expires_at, revoked_at";

    public bool IsActive(long now) => RevokedAt is null && !(ExpiresAt <= now);
}

/// <summary>A browser that is signed in; not the hash of its cookie.</summary>
internal sealed record SessionRow
{
    public long Id { get; init; }
    public long CreatedAt { get; init; }
    public long LastSeenAt { get; init; }

    /// <summary>As the browser calls itself, so anything at all.</summary>
    public string UserAgent { get; init; } = "";

    /// <summary>Where it signed in from.</summary>
    public string Address { get; init; } = "";

    /// <summary>1: the one that asks.</summary>
    public long Current { get; init; }
}
