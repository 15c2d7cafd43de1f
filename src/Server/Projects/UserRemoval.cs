using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Work;

namespace Slipway.Server.Projects;

/// <summary>
/// A user leaves: sessions, tokens, roles and the projects of the own namespace go, name and address are free again. What the user did elsewhere stays and
/// is a removed user's. https://docs.gitlab.com/api/users/#delete-a-user
/// </summary>
internal static class UserRemoval
{
    public static void MapUserRemoval(this IEndpointRouteBuilder v4) =>
        v4.MapDelete("/users/{id:long}", RemoveAsync).Allow(new Access.Administrator());

    private static async Task<IResult> RemoveAsync(long id, Actor actor, Db db, WorkLoop work, TimeProvider time, CancellationToken ct)
    {
        if (await UserStore.FindAsync(db, id, ct) is not { Kind: "human" } user)
            return Answers.NotFound("User");
        if (user.Id == actor.Responsible!.Id)
            return Answers.Forbidden("You cannot remove yourself");
        if (await SoleOwnerOfAsync(db, user, ct) is { } group)
            return Answers.Conflict($"User cannot be removed while being the only owner of {group}");
        var now = time.Milliseconds();
        await db.WriteAsync((session, token) => BeginAsync(session, work, user, actor.Name, now, token), ct);
        return Answers.NoContent;
    }

    /// <summary>A group needs an owner.</summary>
    /// <returns>The path of one that would have none.</returns>
    public static Task<string?> SoleOwnerOfAsync(Db db, UserRow user, CancellationToken ct) =>
        db.FindAsync<string>(
            """
            SELECT n.full_path FROM namespaces n JOIN members m ON m.namespace_id = n.id
            WHERE m.user_id = @Id AND m.access_level = 50 AND n.parent_id IS NULL AND n.deleted_at IS NULL
              AND NOT EXISTS (SELECT 1 FROM members o WHERE o.namespace_id = n.id AND o.access_level = 50 AND o.user_id <> @Id)
            """,
            new { user.Id },
            ct
        );

    public static async Task<bool> BeginAsync(Session session, WorkLoop work, UserRow user, string actor, long now, CancellationToken ct)
    {
        await UserStore.CloseDoorsAsync(session, user.Id, now, ct);
        await NamespaceRemoval.BeginAsync(session, work, await GroupStore.OfUserAsync(session, user.Id, ct), actor, now, ct);
        var args = new { user.Id, gone = $"-removed-{user.Id}" };
        await session.ExecuteAsync("DELETE FROM members WHERE user_id = @Id", args, ct);
        await session.ExecuteAsync(
            """
            UPDATE users SET state = 'deleted', admin = 0, password = NULL, otp_secret = NULL, otp_pending = NULL, otp_recovery = '',
              name = 'Removed User', username = @gone, username_key = @gone, email = '', email_key = @gone
            WHERE id = @Id
            """,
            args,
            ct
        );
        await Audit.WriteAsync(session, actor, "user_removed", $"user {user.Username}", null, now, ct);
        return true;
    }
}
