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

    /// <summary>The level of a project's own variables: above those of its groups, the nearest of which has one less. Groups do not go so deep.</summary>
    private const long Own = 1000;

    /// <summary>All that a pipeline of the project gets: the instance's, its groups' from the outermost in, its own. Protected ones on protected refs only.</summary>
    public static async Task<ImmutableArray<ScopedVariable>> OfAsync(
        Session session,
        SecretBox secrets,
        ProjectRow project,
        bool isProtected,
        CancellationToken ct
    )
    {
        var batch = session.Batch();
        var rows = Query(batch, project.Id, isProtected);
        await batch.RunAsync(ct);
        return Of(rows.All, secrets);
    }

    /// <summary>Asks for what <see cref="Of"/> gives.</summary>
    public static SessionBatch.Rows<CiVariableRow> Query(SessionBatch batch, long project, bool isProtected) =>
        // Three that each have their index, where one with OR would read them all.
        batch.Query<CiVariableRow>(
            """
            WITH RECURSIVE up (id, parent_id, depth) AS (
              SELECT n.id, n.parent_id, 1 FROM namespaces n JOIN projects p ON p.namespace_id = n.id WHERE p.id = @project
              UNION ALL SELECT n.id, n.parent_id, up.depth + 1 FROM namespaces n JOIN up ON n.id = up.parent_id)
            SELECT v.*, CASE WHEN v.project_id IS NOT NULL THEN @own WHEN v.namespace_id IS NULL THEN 0 ELSE @own - g.depth END AS level FROM (
              SELECT * FROM ci_variables WHERE project_id IS NULL AND namespace_id IS NULL
              UNION ALL SELECT * FROM ci_variables WHERE namespace_id IN (SELECT id FROM up)
              UNION ALL SELECT * FROM ci_variables WHERE project_id = @project) v
            LEFT JOIN up g ON g.id = v.namespace_id
            WHERE v.protected = 0 OR @isProtected = 1
            ORDER BY v.id
            """,
            new Dictionary<string, object?>
            {
                ["project"] = project,
                ["isProtected"] = isProtected ? 1L : 0,
                ["own"] = Own,
            }
        );

    public static ImmutableArray<ScopedVariable> Of(IReadOnlyList<CiVariableRow> rows, SecretBox secrets) =>
        [
            .. rows.Select(row => new ScopedVariable(ToVariable(row, secrets), row.EnvironmentScope) { Level = (int)row.Level })
                .OrderBy(scoped => scoped.Level),
        ];

    public static Variable ToVariable(CiVariableRow row, SecretBox secrets) =>
        new(
            row.Name,
            secrets.Open(Purpose, row.Value),
            Public: false,
            Masked: row.Masked == 1,
            File: row.VariableType == "file",
            Raw: row.Raw == 1
        );
}
