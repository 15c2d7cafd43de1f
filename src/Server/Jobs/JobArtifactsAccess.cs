using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Jobs;

/// <summary>Whose artifacts a job may have: those of its own project, and those that whoever answers for it may read.</summary>
internal static class JobArtifactsAccess
{
    /// <param name="userId">Who answers for the job.</param>
    /// <param name="project">The one that the artifacts are of.</param>
    public static async Task<bool> MayReadAsync(Db db, long userId, ProjectRow project, long now, CancellationToken ct)
    {
        if (await db.FindAsync<UserRow>($"SELECT {UserRow.Columns} FROM users WHERE id = @userId", new { userId }, ct) is not { } user)
            return false;
        var actor = new Actor.Person(user, ScopeWords.Full, null);
        return await ProjectAccess.CheckAsync(db, actor, project, Abilities.ReadJob, Scopes.Api, reads: true, now, ct) is Verdict.Allowed;
    }
}
