using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Slipway.Protocol.Variables;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Schedules;

/// <summary>Schedules as API v4 shows them. https://docs.gitlab.com/api/pipeline_schedules/</summary>
internal static class ScheduleJson
{
    /// <summary>As in lists.</summary>
    public static object Short(PipelineScheduleRow row, UserRow? owner, ServerUrl url) =>
        new
        {
            id = row.Id,
            description = row.Description,
            @ref = row.Ref,
            cron = row.Cron,
            cron_timezone = row.CronTimezone,
            next_run_at = row.NextRunAt.Instant(),
            active = row.IsActive,
            created_at = row.CreatedAt.Instant(),
            updated_at = row.UpdatedAt.Instant(),
            owner = owner is null ? null : UserJson.Basic(owner, url),
        };

    /// <param name="last">Its last pipeline.</param>
    /// <param name="variables">Nothing for who may not see them.</param>
    public static JsonObject Whole(
        PipelineScheduleRow row,
        UserRow? owner,
        object? last,
        ImmutableArray<Variable>? variables,
        ServerUrl url
    )
    {
        var json = JsonParts.Join(Short(row, owner, url), new { last_pipeline = last, inputs = JsonNode.Parse(row.Inputs) });
        if (variables is { } seen)
            json["variables"] = JsonParts.Join(new { all = seen.Select(Of) })["all"]!.DeepClone();
        return json;
    }

    public static object Of(Variable variable) =>
        new
        {
            variable_type = variable.File ? "file" : "env_var",
            key = variable.Key,
            value = variable.Value,
            raw = variable.Raw,
        };
}
