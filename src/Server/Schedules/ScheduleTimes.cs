using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Schedules;

/// <summary>When a schedule runs next.</summary>
internal static class ScheduleTimes
{
    /// <summary>How often one may run at the most, as where GitLab is installed anew: ten minutes. https://docs.gitlab.com/administration/cicd/#change-maximum-scheduled-pipeline-frequency</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    /// <summary>The first moment after now that its line means and that is not too soon after the last. What was missed while nobody was here is not made up for.</summary>
    /// <param name="last">When it last fell due.</param>
    public static long Next(Cron cron, TimeZoneInfo zone, long? last, DateTimeOffset now)
    {
        var soonest = last is { } at ? at.Instant() + Interval - TimeSpan.FromSeconds(1) : now;
        var next = cron.Next(soonest > now ? soonest : now, zone);
        // A line that means no day at all was never taken.
        return (next ?? now.AddYears(1)).ToUnixTimeMilliseconds();
    }

    /// <summary>The same for a row. Where the machine has lost its time zones since, it goes on in UTC.</summary>
    public static long Next(PipelineScheduleRow row, long? last, DateTimeOffset now) =>
        Next(Cron.Parse(row.Cron)!, ScheduleZones.Find(row.CronTimezone) ?? TimeZoneInfo.Utc, last, now);
}
