using System.Text.Json.Serialization;
using Slipway.Server.Work;

namespace Slipway.Server.Schedules;

/// <summary>A schedule and a moment it was to run at, unix milliseconds. The moment is in its name, so that one that was moved meanwhile is another's work.</summary>
internal sealed record ScheduledRun(long Id, long At);

[JsonSerializable(typeof(ScheduledRun))]
internal sealed partial class ScheduledRunJson : JsonSerializerContext;

internal static class ScheduleWork
{
    /// <summary>The moment has come, or went by while nobody was here.</summary>
    public static readonly WorkKind<ScheduledRun> Due = new("schedule_due", ScheduledRunJson.Default.ScheduledRun, About);

    /// <summary>Its pipeline is to be made; the next moment is settled.</summary>
    public static readonly WorkKind<ScheduledRun> Start = new("schedule_start", ScheduledRunJson.Default.ScheduledRun, About);

    private static string About(ScheduledRun run) => $"{run.Id}/{run.At}";
}
