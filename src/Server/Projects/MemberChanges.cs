using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Projects;

/// <summary>What people do to members, and the rules of it: nobody gives away more than he has, and a group has an owner.</summary>
internal static class MemberChanges
{
    /// <param name="action">For the record: <c>member_added</c>, <c>member_changed</c>.</param>
    /// <param name="wanted">The role, and until when in unix milliseconds.</param>
    public static Task<bool> SetAsync(
        Db db,
        string action,
        Place place,
        UserRow user,
        (Role Role, long? ExpiresAt) wanted,
        Actor actor,
        long now,
        CancellationToken ct
    ) =>
        db.WriteAsync(
            async (session, token) =>
            {
                await MemberStore.SetAsync(session, place.Where, user.Id, wanted.Role, wanted.ExpiresAt, now, token);
                var details = new { user.Username, access_level = (int)wanted.Role };
                await Audit.WriteAsync(session, actor.Name, action, place.Name, details, now, token);
                return true;
            },
            ct
        );

    /// <returns>False when this would leave a group without an owner, or the member has more to say there than who asks.</returns>
    public static async Task<bool> RemoveAsync(Db db, Place place, MemberRow member, Actor actor, long now, CancellationToken ct)
    {
        var isSelf = member.Id == actor.Responsible?.Id;
        if ((!isSelf && member.AccessLevel > (long)place.Role) || await IsLastOwnerAsync(db, place, member, ct))
            return false;
        return await db.WriteAsync(
            async (session, token) =>
            {
                await MemberStore.RemoveAsync(session, place.Where, member.Id, token);
                await Audit.WriteAsync(session, actor.Name, "member_removed", place.Name, new { member.Username }, now, token);
                return true;
            },
            ct
        );
    }

    public static async Task<bool> IsLastOwnerAsync(Db db, Place place, MemberRow member, CancellationToken ct) =>
        place.Where is MemberOf.Group
        && member.AccessLevel == (long)Role.Owner
        && await db.FindAsync<long>(
            "SELECT COUNT(*) FROM members WHERE namespace_id = @Id AND access_level = 50 AND user_id <> @user",
            new { place.Where.Id, user = member.Id },
            ct
        ) == 0;
}
