using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Accounts;

/// <summary>An access token. https://docs.gitlab.com/api/personal_access_tokens/</summary>
internal sealed record TokenJson(
    long Id,
    string Name,
    bool Revoked,
    DateTimeOffset CreatedAt,
    string Description,
    IReadOnlyList<string> Scopes,
    long UserId,
    DateTimeOffset? LastUsedAt,
    bool Active,
    string? ExpiresAt
)
{
    public static TokenJson From(AccessTokenRow row, long now) =>
        new(
            row.Id,
            row.Name,
            row.RevokedAt is not null,
            row.CreatedAt.Instant(),
            row.Description,
            row.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            row.UserId,
            row.LastUsedAt.Instant(),
            row.IsActive(now),
            row.ExpiresAt.Day()
        );
}
