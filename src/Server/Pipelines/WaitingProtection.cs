using Slipway.Server.Data;
using Slipway.Server.Projects;

namespace Slipway.Server.Pipelines;

/// <summary>
/// Whether a job may have what is protected is decided by how its ref is protected when it starts, not when its pipeline was made (reliability-security S2): a change
/// of the rules is written to all jobs that wait, so that whoever hands them out need not look at the rules. https://docs.gitlab.com/ci/variables/#protect-a-cicd-variable
/// </summary>
internal sealed class WaitingProtection(JobBell bell)
{
    /// <summary>Refs in one statement.</summary>
    private const int AtOnce = 500;

    /// <summary>A <see cref="ProtectionFollower"/>.</summary>
    public async Task FollowAsync(Session session, long project, string kind, CancellationToken ct)
    {
        var tag = kind == ProtectedRefs.Tag ? 1L : 0;
        var rules = await ProtectedRefs.RulesAsync(session, project, kind, ct);
        var refs = await session.QueryAsync<SeenRef>(
            "SELECT DISTINCT ref AS name, protected FROM pipelines WHERE project_id = @project AND tag = @tag",
            new { project, tag },
            ct
        );
        foreach (var isProtected in (long[])[0, 1])
        {
            var names = refs.Where(seen => seen.Protected != isProtected && Now(seen.Name) == isProtected)
                .Select(seen => seen.Name)
                .Distinct();
            foreach (var some in names.Chunk(AtOnce))
                await WriteAsync(session, project, tag, some, isProtected, ct);
        }

        long Now(string name) => ProtectedRefs.Match(rules, name).IsProtected ? 1 : 0;
    }

    private async Task WriteAsync(Session session, long project, long tag, string[] some, long isProtected, CancellationToken ct)
    {
        var args = new
        {
            project,
            tag,
            isProtected,
            names = new In<string>([.. some]),
        };
        await session.ExecuteAsync(
            """
            UPDATE jobs SET protected = @isProtected
            WHERE started_at IS NULL AND protected <> @isProtected
              AND pipeline_id IN (SELECT id FROM pipelines WHERE project_id = @project AND tag = @tag AND ref IN @names)
            """,
            args,
            ct
        );
        await session.ExecuteAsync(
            "UPDATE pipelines SET protected = @isProtected WHERE project_id = @project AND tag = @tag AND protected <> @isProtected AND ref IN @names",
            args,
            ct
        );
        // There may be a runner now that waits for such a job.
        session.AfterCommit(bell.Ring);
    }

    private sealed record SeenRef
    {
        public string Name { get; init; } = "";
        public long Protected { get; init; }
    }
}
