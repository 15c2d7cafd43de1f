using System.Collections.Immutable;
using System.Text.Json;
using Slipway.Protocol.Variables;
using Slipway.Server.Data;
using Slipway.Server.Secrets;

namespace Slipway.Server.Schedules;

/// <summary>The variables a schedule gives its pipelines, sealed in its row.</summary>
internal static class ScheduleVariables
{
    private const string Purpose = "pipeline_schedules.variables";

    public static ImmutableArray<Variable> Of(PipelineScheduleRow row, SecretBox secrets) =>
        row.Variables is { } body ? [.. JsonSerializer.Deserialize<Variable[]>(secrets.Open(Purpose, body)) ?? []] : [];

    public static byte[]? Sealed(ImmutableArray<Variable> variables, SecretBox secrets) =>
        variables.IsEmpty ? null : secrets.Seal(Purpose, JsonSerializer.Serialize(variables.ToArray()));
}
