using System.Collections.Immutable;
using Slipway.Compiler;
using Slipway.Protocol.Variables;
using Slipway.Server.Data;
using Slipway.Server.Secrets;

namespace Slipway.Server.Pipelines;

/// <summary>Variables that the instance, groups and projects give to pipelines.</summary>
internal static class CiVariables
{
    public const string Purpose = "ci_variables.value";

    /// <summary>All that a pipeline of the project gets: the instance's, its groups' from the outermost in, its own. Protected ones on protected refs only.</summary>
    public static async Task<ImmutableArray<ScopedVariable>> OfAsync(
        Session session,
        SecretBox secrets,
        ProjectRow project,
        bool isProtected,
        CancellationToken ct
    )
    {
        var groups = await session.QueryAsync<long>(
            """
            WITH RECURSIVE up (id, parent_id, depth) AS (
              SELECT id, parent_id, 0 FROM namespaces WHERE id = @NamespaceId
              UNION ALL SELECT n.id, n.parent_id, up.depth + 1 FROM namespaces n JOIN up ON n.id = up.parent_id)
            SELECT id FROM up ORDER BY depth DESC
            """,
            new { project.NamespaceId },
            ct
        );
        var rows = await session.QueryAsync<CiVariableRow>(
            """
            SELECT * FROM ci_variables
            WHERE (project_id = @Id OR namespace_id IN @groups OR (project_id IS NULL AND namespace_id IS NULL)) AND (protected = 0 OR @isProtected = 1)
            ORDER BY id
            """,
            new
            {
                project.Id,
                groups = new In<long>(groups),
                isProtected = isProtected ? 1L : 0,
            },
            ct
        );
        return
        [
            .. rows.Select(row => new ScopedVariable(ToVariable(row, secrets), row.EnvironmentScope) { Level = LevelOf(row, groups) })
                .OrderBy(scoped => scoped.Level),
        ];
    }

    public static Variable ToVariable(CiVariableRow row, SecretBox secrets) =>
        new(
            row.Name,
            secrets.Open(Purpose, row.Value),
            Public: false,
            Masked: row.Masked == 1,
            File: row.VariableType == "file",
            Raw: row.Raw == 1
        );

    private static int LevelOf(CiVariableRow row, IReadOnlyList<long> groups)
    {
        if (row.ProjectId is not null)
            return groups.Count + 1;
        if (row.NamespaceId is not { } group)
            return 0;
        for (var at = 0; at < groups.Count; at++)
        {
            if (groups[at] == group)
                return at + 1;
        }

        return 0;
    }
}
