using System.Globalization;
using Slipway.Server.Schedules;
using Xunit;

namespace Slipway.Server.Tests.Schedules;

public sealed class CronTests
{
    [Theory]
    [InlineData("* * * * *", "2026-01-02 03:04", "2026-01-02 03:05")]
    [InlineData("0 1 * * *", "2026-01-02 03:04", "2026-01-03 01:00")]
    [InlineData("  0   1\t* * *  ", "2026-01-02 03:04", "2026-01-03 01:00")]
    [InlineData("*/15 * * * *", "2026-01-02 03:04", "2026-01-02 03:15")]
    [InlineData("7/20 * * * *", "2026-01-02 03:28", "2026-01-02 03:47")]
    [InlineData("10-20/5,50 * * * *", "2026-01-02 03:16", "2026-01-02 03:20")]
    [InlineData("10-20/5,50 * * * *", "2026-01-02 03:20", "2026-01-02 03:50")]
    [InlineData("0 22-2 * * *", "2026-01-02 02:30", "2026-01-02 22:00")]
    [InlineData("0 22-2 * * *", "2026-01-02 23:30", "2026-01-03 00:00")]
    [InlineData("0 0 31 * *", "2026-02-01 00:00", "2026-03-31 00:00")]
    [InlineData("0 0 29 2 *", "2026-01-02 03:04", "2028-02-29 00:00")]
    [InlineData("0 0 29 2 *", "2096-03-01 00:00", "2104-02-29 00:00")]
    [InlineData("0 0 L * *", "2026-02-01 00:00", "2026-02-28 00:00")]
    [InlineData("0 0 last * *", "2026-02-01 00:00", "2026-02-28 00:00")]
    [InlineData("0 0 -2 * *", "2026-02-01 00:00", "2026-02-27 00:00")]
    [InlineData("0 0 -3--1 * *", "2026-02-26 00:00", "2026-02-27 00:00")]
    [InlineData("0 0 * * mon-fri", "2026-01-02 03:04", "2026-01-05 00:00")]
    [InlineData("0 0 * * Sunday", "2026-01-02 03:04", "2026-01-04 00:00")]
    [InlineData("0 0 * * 7", "2026-01-02 03:04", "2026-01-04 00:00")]
    [InlineData("0 0 * * 6-7", "2026-01-03 03:04", "2026-01-04 00:00")]
    [InlineData("0 0 * * fri-mon", "2026-01-05 03:04", "2026-01-09 00:00")]
    [InlineData("0 0 * * */2", "2026-01-04 03:04", "2026-01-06 00:00")]
    [InlineData("0 0 * * mon#1", "2026-01-06 00:00", "2026-02-02 00:00")]
    [InlineData("0 0 * * fri#L", "2026-01-02 03:04", "2026-01-30 00:00")]
    [InlineData("0 0 * * 5#-2", "2026-01-02 03:04", "2026-01-23 00:00")]
    [InlineData("0 0 1 jan,JULY *", "2026-01-02 03:04", "2026-07-01 00:00")]
    // Of the two days either will do; where one is any, the other decides.
    [InlineData("0 0 13 * 5", "2026-01-03 00:00", "2026-01-09 00:00")]
    [InlineData("0 0 13 * 5", "2026-01-10 00:00", "2026-01-13 00:00")]
    [InlineData("0 0 13 * *", "2026-01-03 00:00", "2026-01-13 00:00")]
    [InlineData("@hourly", "2026-01-02 03:04", "2026-01-02 04:00")]
    [InlineData("@daily", "2026-01-02 03:04", "2026-01-03 00:00")]
    [InlineData("@midnight", "2026-01-02 03:04", "2026-01-03 00:00")]
    [InlineData("@noon", "2026-01-02 03:04", "2026-01-02 12:00")]
    [InlineData("@weekly", "2026-01-02 03:04", "2026-01-04 00:00")]
    [InlineData("@monthly", "2026-01-02 03:04", "2026-02-01 00:00")]
    [InlineData("@yearly", "2026-01-02 03:04", "2027-01-01 00:00")]
    public void The_next_moment(string line, string after, string next) => Assert.Equal(next, Next(line, after, "UTC"));

    [Theory]
    [InlineData("0 9 * * *", "Europe/Berlin", "2026-01-02 03:04", "2026-01-02 08:00")]
    [InlineData("0 9 * * *", "Berlin", "2026-07-02 03:04", "2026-07-02 07:00")]
    [InlineData("0 9 * * *", "Pacific Time (US & Canada)", "2026-01-02 03:04", "2026-01-02 17:00")]
    [InlineData("0 9 * * *", "Kolkata", "2026-01-02 03:04", "2026-01-02 03:30")]
    // Spring: there is no 02:30 on the 29th of March in Berlin.
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-03-28 12:00", "2026-03-30 00:30")]
    // Autumn: 02:30 comes twice on the 25th of October, and counts once; every half hour counts each time.
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-10-24 12:00", "2026-10-25 00:30")]
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-10-25 00:30", "2026-10-26 01:30")]
    [InlineData("*/30 * * * *", "Europe/Berlin", "2026-10-25 00:30", "2026-10-25 01:00")]
    // Where summer time begins at midnight the day begins at one.
    [InlineData("0 * * * *", "America/Santiago", "2026-09-06 03:30", "2026-09-06 04:00")]
    [InlineData("0 0 6 9 *", "America/Santiago", "2026-09-01 00:00", "2027-09-06 03:00")]
    public void The_next_moment_somewhere_else(string line, string zone, string after, string next)
    {
        Assert.SkipWhen(ScheduleZones.Find(zone) is null, "this machine has no time zones");
        Assert.Equal(next, Next(line, after, zone));
    }

    [Theory]
    [InlineData("")]
    [InlineData("* * * *")]
    [InlineData("* * * * * *")]
    [InlineData("60 * * * *")]
    [InlineData("* 24 * * *")]
    [InlineData("* * 0 * *")]
    [InlineData("* * 32 * *")]
    [InlineData("* * * 0 *")]
    [InlineData("* * * 13 *")]
    [InlineData("* * * * 8")]
    [InlineData("-5 * * * *")]
    [InlineData("*/0 * * * *")]
    [InlineData("1,,2 * * * *")]
    [InlineData("1-2-3 * * * *")]
    [InlineData("a * * * *")]
    [InlineData("* * * * mon#6")]
    [InlineData("* * * * mon#")]
    [InlineData("0 0 30 2 *")]
    [InlineData("0 0 31 4,6 *")]
    [InlineData("@reboot")]
    [InlineData("@every 1h")]
    [InlineData("0 0 * * * Europe/Berlin")]
    public void What_is_no_line(string line) => Assert.Null(Cron.Parse(line));

    [Fact]
    public void A_line_without_end_is_none() => Assert.Null(Cron.Parse(new string('1', 10_000) + " * * * *"));

    [Theory]
    [InlineData("Mars/Base")]
    [InlineData("")]
    [InlineData("../../../etc/passwd")]
    [InlineData("/etc/localtime")]
    [InlineData("Europe/../Europe/Berlin")]
    public void What_is_no_zone(string name) => Assert.Null(ScheduleZones.Find(name));

    [Fact]
    public void Every_name_of_GitLabs_list_is_a_zone()
    {
        Assert.SkipWhen(ScheduleZones.Find("Europe/Berlin") is null, "this machine has no time zones");
        Assert.Equal(150, ScheduleZones.Names.Count);
        Assert.DoesNotContain(ScheduleZones.Names.Keys, name => ScheduleZones.Find(name) is null);
    }

    [Fact]
    public void Going_from_moment_to_moment_misses_none_that_looking_at_each_minute_finds()
    {
        var random = new Random(20261121);
        var start = new DateTimeOffset(2026, 1, 30, 0, 0, 0, TimeSpan.Zero);
        for (var round = 0; round < 100; round++)
        {
            var line = $"{Field(0, 59)} {Field(0, 23)} {Field(1, 31)} {Field(1, 12)} {Field(0, 6)}";
            if (Cron.Parse(line) is not { } cron)
                continue;
            var found = new List<DateTimeOffset>();
            for (var at = start; cron.Next(at, TimeZoneInfo.Utc) is { } next && next < start.AddDays(40); at = next)
                found.Add(next);
            var minutes = Enumerable.Range(1, 40 * 24 * 60 - 1).Select(minute => start.AddMinutes(minute));
            // Each minute by itself: the one before it leads to it, or it is none.
            Assert.Equal((line, minutes.Count(at => cron.Next(at.AddMinutes(-1), TimeZoneInfo.Utc) == at)), (line, found.Count));
        }

        string Field(int least, int most) =>
            random.Next(4) switch
            {
                0 or 1 => "*",
                2 => $"{random.Next(least, most + 1)}-{random.Next(least, most + 1)}",
                _ => $"{random.Next(least, most + 1)}/{random.Next(1, 20)}",
            };
    }

    private static string Next(string line, string after, string zone)
    {
        var at = DateTimeOffset.Parse(after, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        return Cron.Parse(line)!
            .Next(at, ScheduleZones.Find(zone)!)!
            .Value.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
    }
}
