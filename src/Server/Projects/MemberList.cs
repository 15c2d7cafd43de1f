using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Projects;

/// <summary>The members of a project or a group: those it has itself, or with them those it inherits, each with the highest role.</summary>
internal sealed class MemberList(Place place, bool isAll, Parameters? parameters, long now)
{
    /// <summary>Only this user.</summary>
    public long? User { get; init; }

    public object Args =>
        new
        {
            place.Where.Id,
            space = place.Space,
            now,
            user = User ?? 0,
            search = Search.Pattern(parameters?.Text("query") ?? parameters?.Text("search") ?? ""),
        };

    public string Count => $"{Head} SELECT COUNT(DISTINCT u.id) {From}";

    public string Select =>
        $"""
            {Head} SELECT {UserRow.ColumnsOfU}, MAX(m.access_level) AS access_level, MIN(m.created_at) AS member_since, MAX(m.expires_at) AS expires_at
            {From} GROUP BY {UserRow.ColumnsOfU} ORDER BY u.id
            """;

    private string Head => isAll ? Roles.Up : "";

    private string From
    {
        get
        {
            var where = $"m.{place.Where.Column} = @Id";
            if (isAll)
                where = $"({where} OR m.namespace_id IN (SELECT id FROM up)) AND (m.expires_at IS NULL OR m.expires_at > @now)";
            where += " AND u.state <> 'deleted'";
            if (User is not null)
                where += " AND u.id = @user";
            if (parameters?.Text("query") is { Length: > 0 } || parameters?.Text("search") is { Length: > 0 })
                where += $" AND (u.username_key LIKE @search {Search.Escape} OR LOWER(u.name) LIKE @search {Search.Escape})";
            return $"FROM members m JOIN users u ON u.id = m.user_id WHERE {where}";
        }
    }
}

/// <summary>A user, and the role there. Read by its properties: SQLite does not say which type a MAX of nothing has.</summary>
internal sealed record MemberRow
{
    public required long Id { get; init; }
    public required string Username { get; init; }
    public required string Name { get; init; }
    public required string Email { get; init; }
    public required string Kind { get; init; }
    public required string State { get; init; }
    public required long Admin { get; init; }
    public required long CreatedAt { get; init; }
    public required long AccessLevel { get; init; }
    public required long MemberSince { get; init; }
    public long? ExpiresAt { get; init; }

    public UserRow User => new(Id, Username, Name, Email, Kind, State, Admin, CreatedAt);
}

/// <summary>https://docs.gitlab.com/api/members/</summary>
internal static class MemberJson
{
    /// <param name="actor">Administrators see addresses.</param>
    public static object From(MemberRow row, Actor actor, ServerUrl url)
    {
        var member = JsonParts.Join(
            UserJson.Basic(row.User, url),
            new
            {
                access_level = row.AccessLevel,
                created_at = row.MemberSince.Instant(),
                expires_at = row.ExpiresAt.Day(),
                membership_state = "active",
            }
        );
        if (actor.Responsible?.IsAdmin == true)
            member["email"] = row.Email;
        return member;
    }
}
