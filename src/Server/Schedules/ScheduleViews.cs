using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Slipway.Protocol.Variables;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Pipelines;
using Slipway.Server.Projects;
using Slipway.Server.Secrets;

namespace Slipway.Server.Schedules;

/// <summary>A schedule with all that belongs to it, for who asks.</summary>
internal sealed class ScheduleViews(Db db, SecretBox secrets, ServerUrl url)
{
    public async Task<JsonObject> WholeAsync(ProjectContext here, Actor actor, PipelineScheduleRow row, CancellationToken ct)
    {
        var owner = await db.FindAsync<UserRow>($"SELECT {UserRow.Columns} FROM users WHERE id = @OwnerId", new { row.OwnerId }, ct);
        var last = await db.FindAsync<PipelineRow>(
            "SELECT * FROM pipelines WHERE schedule_id = @Id AND ready = 1 ORDER BY id DESC LIMIT 1",
            new { row.Id },
            ct
        );
        ImmutableArray<Variable>? variables = ScheduleRights.MayAdmin(here, actor.Responsible, row)
            ? ScheduleVariables.Of(row, secrets)
            : null;
        return ScheduleJson.Whole(row, owner, last is null ? null : PipelineJson.Short(last, here.Project, url), variables, url);
    }
}
