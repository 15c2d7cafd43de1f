using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Projects;

/// <summary>What somebody is a member of.</summary>
internal abstract record MemberOf
{
    private MemberOf(long id, string column) => (Id, Column) = (id, column);

    public long Id { get; }

    /// <summary>Of the table of members.</summary>
    public string Column { get; }

    public sealed record Project : MemberOf
    {
        public Project(long id)
            : base(id, "project_id") { }
    }

    public sealed record Group : MemberOf
    {
        public Group(long id)
            : base(id, "namespace_id") { }
    }
}

/// <summary>The rows of members.</summary>
internal static class MemberStore
{
    /// <summary>Gives somebody a role, in place of the one he may have there.</summary>
    /// <param name="expiresAt">From then on he has none; unix milliseconds.</param>
    public static Task<int> SetAsync(
        Session session,
        MemberOf where,
        long user,
        Role role,
        long? expiresAt,
        long now,
        CancellationToken ct
    ) =>
        session.ExecuteAsync(
            $"""
            INSERT INTO members (user_id, {where.Column}, access_level, created_at, expires_at) VALUES (@user, @Id, @level, @now, @expiresAt)
            ON CONFLICT ({where.Column}, user_id) DO UPDATE SET access_level = excluded.access_level, expires_at = excluded.expires_at
            """,
            new
            {
                user,
                where.Id,
                level = (long)role,
                now,
                expiresAt,
            },
            ct
        );

    /// <returns>0 when he was none.</returns>
    public static Task<int> RemoveAsync(Session session, MemberOf where, long user, CancellationToken ct) =>
        session.ExecuteAsync($"DELETE FROM members WHERE {where.Column} = @Id AND user_id = @user", new { where.Id, user }, ct);
}
