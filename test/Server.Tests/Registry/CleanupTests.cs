using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Data;
using Slipway.Server.Registry.Cleanup;
using Slipway.Server.Registry.Protection;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Registry;

/// <summary>Which tags a cleanup policy deletes, and when. https://docs.gitlab.com/user/packages/container_registry/reduce_container_registry_storage/</summary>
public sealed class CleanupTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Tags <c>name@age</c>, in days; what goes stands before the slash.</summary>
    [Theory]
    [InlineData(".*", null, null, null, "a@1 b@2 / latest@9")]
    [InlineData(".*", null, 1, null, "a@3 b@2 / latest@0 c@1")]
    [InlineData(".*", null, 5, null, "/ a@3 b@2 c@1")]
    [InlineData(".*", null, null, 7, "a@8 b@7 / c@6")]
    // The newest count before the age does.
    [InlineData(".*", null, 2, 7, "a@30 b@20 / c@10 d@9")]
    [InlineData("v.*", null, null, null, "v1@1 v@1 / xv1@1 main@1")]
    [InlineData("v|w", null, null, null, "v@1 w@1 / vw@1 xw@1")]
    [InlineData(".*", "v.*|main", null, null, "a@1 xmain@1 / v1@1 main@1")]
    // What is kept by name is none of the newest.
    [InlineData(".*", "v.*", 1, null, "a@4 b@3 / c@2 v1@1")]
    [InlineData(".*", "", null, null, "a@1 / latest@1")]
    // What was meant is not known.
    [InlineData("(", null, null, null, "/ a@1")]
    [InlineData(".*", "(", null, null, "/ a@1")]
    [InlineData("", null, null, null, "/ a@1")]
    [InlineData(".*", null, null, null, "a@1 / kept@1 kept-too@1")]
    public void Tags_go_by_name_number_and_age(string regex, string? keep, int? count, int? days, string tags)
    {
        const long now = 1_800_000_000_000;
        var rule = new CleanupRule(regex, keep, count, days is { } d ? d * Day : null);
        var sides = tags.Split('/').Select(side => side.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        var all = sides
            .SelectMany(side => side)
            .Select(
                (tag, id) => new TagToJudge(id, tag.Split('@')[0], now - (long)(double.Parse(tag.Split('@')[1]) * Day.TotalMilliseconds))
            )
            .ToList();
        var rules = new TagRules([new TagRule(new(1, 1, "^kept", 40, 40))]);
        var gone = CleanupPlan.Of(rule, all, rules, null, now).Where(verdict => verdict.Goes).Select(verdict => verdict.Tag.Name);
        Assert.Equal(sides[0].Select(tag => tag.Split('@')[0]).Order(), gone.Order());
    }

    [Fact]
    public void Every_verdict_says_why()
    {
        const long now = 1_800_000_000_000;
        var names = (string[])["latest", "main", "v1", "new", "young", "kept", "old"];
        var tags = names.Select((name, at) => new TagToJudge(at, name, now - (name == "young" ? 1000L : at * (long)Day.TotalMilliseconds)));
        var rules = new TagRules([new TagRule(new(1, 1, "kept", null, null))]);
        var plan = CleanupPlan.Of(new CleanupRule("[^m].*", "v.*", 1, 3 * Day), [.. tags], rules, null, now);
        Assert.Equal(
            [
                "latest: latest always stays",
                "young: it is the newest",
                "main: its name is not [^m].*",
                "v1: its name is v.*",
                "new: it is older than 3 days",
                "kept: tag kept is immutable: it stays as it is (kept)",
                "old: it is older than 3 days",
            ],
            plan.Select(verdict => $"{verdict.Tag.Name}: {verdict.Why}")
        );
    }

    /// <summary>Expressions that a backtracking engine would be at for years.</summary>
    [Theory]
    [InlineData("(a+)+b")]
    [InlineData("(a|a)*c")]
    [InlineData("(.*)(.*)(.*)(.*)(.*)d")]
    public void A_hostile_expression_takes_no_longer_than_another(string regex)
    {
        var tags = Enumerable.Range(0, 200).Select(n => new TagToJudge(n, new string('a', 128), n)).ToList();
        Assert.DoesNotContain(CleanupPlan.Of(new CleanupRule(regex, null, null, null), tags, new TagRules([]), null, 1), one => one.Goes);
    }

    [Theory]
    [InlineData("cadence is not included in the list", "2d", 1, "7d", ".*", null)]
    [InlineData("keep_n is not included in the list", "1d", 2, "7d", ".*", null)]
    [InlineData("older_than is not included in the list", "1d", 1, "8d", ".*", null)]
    [InlineData("name_regex can't be blank", "1d", 1, "7d", "", null)]
    [InlineData("name_regex not valid RE2 syntax", "1d", 1, "7d", "(", null)]
    [InlineData("name_regex not valid RE2 syntax", "1d", 1, "7d", "a)|(b", null)]
    [InlineData("name_regex_keep not valid RE2 syntax", "1d", 1, "7d", ".*", @"(a)\1")]
    [InlineData("name_regex_keep is too long (maximum is 255 characters)", "1d", 1, "7d", ".*", "256")]
    [InlineData(null, "3month", null, null, "v.+", "v1")]
    public void A_policy_has_only_what_GitLab_lets_it_have(string? why, string cadence, int? count, string? age, string regex, string? keep)
    {
        var policy = new CleanupPolicy
        {
            Enabled = true,
            Cadence = cadence,
            KeepN = count,
            OlderThan = age,
            NameRegex = regex,
            NameRegexKeep = keep == "256" ? new string('a', 256) : keep,
        };
        Assert.Equal(why, policy.Wrong() is { } wrong ? $"{wrong.Field} {wrong.Message}" : null);
        Assert.Equal(policy, CleanupPolicy.Parse(policy.ToJson()));
    }

    [Theory, EveryDatabase]
    public async Task A_policy_runs_when_its_time_has_come_and_does_what_the_dry_run_said(DatabaseKind kind)
    {
        await using var room = await RegistryRoom.OpenAsync(kind);
        var clock = new Clock(TimeProvider.System.GetUtcNow());
        var (db, project) = (room.Server.Db, room.Project.Id);
        var store = new CleanupStore(db, clock);
        var runs = new CleanupRuns(db, store, clock, Microsoft.Extensions.Logging.Abstractions.NullLogger<CleanupRuns>.Instance);
        var (one, other) = (room.Repository(), room.Repository());
        foreach (var (repository, tags) in (IEnumerable<(string, string[])>)[(one, ["latest", "v1", "a", "b"]), (other, ["c", "d"])])
        foreach (var tag in tags)
        {
            await room.Client.PushImageAsync(repository, tag);
            await db.ExecuteAsync("UPDATE registry_tags SET updated_at = updated_at + id", null, Ct);
        }

        Assert.Equal((new CleanupPolicy(), null), await store.FindAsync(project, Ct));
        var policy = new CleanupPolicy
        {
            Enabled = true,
            Cadence = "7d",
            KeepN = 1,
            OlderThan = "7d",
            NameRegexKeep = "v.*",
        };
        Assert.Null(await store.SetAsync(project, policy, Ct));
        Assert.Equal("cadence", (await store.SetAsync(project, policy with { Cadence = "1h" }, Ct))?.Field);
        var next = clock.GetUtcNow().AddDays(7).ToUnixTimeMilliseconds();
        Assert.Equal((policy, next), await store.FindAsync(project, Ct));
        Assert.Equal(0, await runs.RunDueAsync(Ct));

        clock.Advance(8 * Day);
        var said = await runs.PlanAsync(project, policy.Rule, Ct);
        Assert.Equal(
            ["a", "c"],
            said.SelectMany(plan => plan.Tags).Where(verdict => verdict.Goes).Select(verdict => verdict.Tag.Name).Order()
        );
        Assert.Equal(6, await CountAsync(db));
        Assert.Equal([null, null], await StartedAsync(room));
        Assert.Equal(1, await runs.RunDueAsync(Ct));
        Assert.All(await StartedAsync(room), at => Assert.Equal(clock.GetUtcNow().ToUnixTimeMilliseconds(), at?.ToUnixTimeMilliseconds()));
        Assert.Equal(
            "[\"b\",\"latest\",\"v1\"]",
            (await room.Client.GetAsync($"/v2/{one}/tags/list")).Json.GetProperty("tags").GetRawText()
        );
        Assert.Equal("[\"d\"]", (await room.Client.GetAsync($"/v2/{other}/tags/list")).Json.GetProperty("tags").GetRawText());
        Assert.Equal(clock.GetUtcNow().AddDays(7).ToUnixTimeMilliseconds(), (await store.FindAsync(project, Ct)).NextRunAt);
        Assert.Equal(0, await runs.RunDueAsync(Ct));

        Assert.Null(await store.SetAsync(project, policy with { Enabled = false }, Ct));
        clock.Advance(100 * Day);
        Assert.Equal(0, await runs.RunDueAsync(Ct));
        Assert.Equal(4, await CountAsync(db));
    }

    /// <summary>As API v4 tells it of each repository.</summary>
    private static async Task<IReadOnlyList<DateTimeOffset?>> StartedAsync(RegistryRoom room)
    {
        var path = $"/api/v4/projects/{room.Project.Id}/registry/repositories";
        var rows = System.Text.Json.JsonDocument.Parse(await room.Owner.Client.GetStringAsync(path, Ct)).RootElement;
        return
        [
            .. rows.EnumerateArray()
                .Select(row => row.GetProperty("cleanup_policy_started_at"))
                .Select(at => at.ValueKind == System.Text.Json.JsonValueKind.Null ? default(DateTimeOffset?) : at.GetDateTimeOffset()),
        ];
    }

    private static Task<long> CountAsync(Db db) => db.FindAsync<long>("SELECT COUNT(*) FROM registry_tags", null, Ct);
}
