using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Accounts;

/// <summary>A user as every list shows one. https://docs.gitlab.com/api/users/</summary>
internal sealed record UserJson(long Id, string Username, string Name, string State, bool Locked, string? AvatarUrl, string WebUrl)
{
    public string? PublicEmail { get; init; }

    public static UserJson Basic(UserRow user, ServerUrl url) =>
        new(user.Id, user.Username, user.Name, user.State, Locked: false, AvatarUrl: null, url.Of("/" + user.Username));
}

/// <summary>A user as administrators, and users themselves, see one.</summary>
internal sealed record FullUserJson(
    long Id,
    string Username,
    string Name,
    string State,
    string WebUrl,
    DateTimeOffset CreatedAt,
    string Email
)
{
    public bool Locked { get; init; }
    public string? AvatarUrl { get; init; }
    public string Bio { get; init; } = "";
    public string Location { get; init; } = "";
    public string? PublicEmail { get; init; }
    public string CommitEmail => Email;
    public string Skype { get; init; } = "";
    public string Linkedin { get; init; } = "";
    public string Twitter { get; init; } = "";
    public string WebsiteUrl { get; init; } = "";
    public string Organization { get; init; } = "";
    public string JobTitle { get; init; } = "";
    public string? Pronouns { get; init; }
    public bool Bot { get; init; }
    public string? WorkInformation { get; init; }
    public int Followers { get; init; }
    public int Following { get; init; }
    public DateTimeOffset? LastSignInAt { get; init; }
    public DateTimeOffset ConfirmedAt => CreatedAt;
    public string? LastActivityOn { get; init; }
    public int ThemeId { get; init; } = 1;
    public int ColorSchemeId { get; init; } = 1;
    public int ProjectsLimit { get; init; } = 100_000;
    public DateTimeOffset? CurrentSignInAt => LastSignInAt;
    public IReadOnlyList<object> Identities { get; init; } = [];
    public bool CanCreateGroup { get; init; } = true;
    public bool CanCreateProject { get; init; } = true;
    public bool TwoFactorEnabled { get; init; }
    public bool External { get; init; }
    public bool PrivateProfile { get; init; }
    public bool IsAdmin { get; init; }
    public string? Note { get; init; }
    public long? NamespaceId { get; init; }

    public static async Task<FullUserJson> FromAsync(UserRow user, Db db, ServerUrl url, CancellationToken ct)
    {
        var more = await db.FindAsync<MoreRow>(
            """
            SELECT u.last_activity_at, CASE WHEN u.otp_secret IS NULL THEN 0 ELSE 1 END AS two_factor,
              (SELECT MAX(s.created_at) FROM sessions s WHERE s.user_id = u.id) AS signed_in_at,
              (SELECT n.id FROM namespaces n WHERE n.owner_id = u.id) AS namespace_id
            FROM users u WHERE u.id = @Id
            """,
            user,
            ct
        );
        return new FullUserJson(
            user.Id,
            user.Username,
            user.Name,
            user.State,
            url.Of("/" + user.Username),
            user.CreatedAt.Instant(),
            user.Email
        )
        {
            Bot = user.Kind != "human",
            IsAdmin = user.IsAdmin,
            LastActivityOn = more?.LastActivityAt.Day(),
            LastSignInAt = more?.SignedInAt.Instant(),
            TwoFactorEnabled = more?.TwoFactor == 1,
            NamespaceId = more?.NamespaceId,
        };
    }

    private sealed class MoreRow
    {
        public long? LastActivityAt { get; init; }
        public long TwoFactor { get; init; }
        public long? SignedInAt { get; init; }
        public long? NamespaceId { get; init; }
    }
}
