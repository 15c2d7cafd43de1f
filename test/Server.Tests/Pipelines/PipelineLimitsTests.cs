using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;
using Slipway.Server.Pipelines;
using Slipway.Server.Projects;
using Slipway.Server.Tests.Support;
using Slipway.Server.Ui.Parts;
using Xunit;

namespace Slipway.Server.Tests.Pipelines;

/// <summary>
/// As much as there may be of something is let through, and one more is refused in GitLab's words (reliability-security S14). How deep and wide a hierarchy of
/// pipelines is: <c>DownstreamPlannerTests</c>; schedules: <c>SchedulesApiTests</c>; includes that nest: <c>IncludeTests</c>.
/// </summary>
public sealed class PipelineLimitsTests
{
    private const string Job = "script: x";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>What is limited, how much of it may be, a configuration that has so much, and what one more is told.</summary>
    public static TheoryData<string, int, Func<int, string>, string> OfConfigurations { get; } =
        new()
        {
            { "parallel", 200, n => $"a: {{{Job}, parallel: {n}}}", "jobs:a:parallel config must be less than or equal to 200" },
            {
                "matrix",
                200,
                n => $"a: {{{Job}, parallel: {{matrix: [{{A: [{List(n, i => $"v{i}")}]}}]}}}}",
                "jobs:a:parallel:matrix config generates too many jobs (maximum is 200)"
            },
            {
                "matrix of several rows",
                200,
                n => $"a: {{{Job}, parallel: {{matrix: [{{A: [{List(100, i => $"v{i}")}]}}, {{B: [{List(n - 100, i => $"w{i}")}]}}]}}}}",
                "jobs:a:parallel:matrix config generates too many jobs (maximum is 200)"
            },
            {
                "needs",
                50,
                n => $"a: {{{Job}, needs: [p]}}\np: {{{Job}, parallel: {n}}}",
                "a: one job can only need 50 others, but you have listed 51. See needs keyword documentation for more details"
            },
            {
                "tags",
                49,
                n => $"a: {{{Job}, tags: [{List(n, i => $"t{i}")}]}}",
                "jobs:a:tags config must be less than the limit of 50 tags"
            },
            {
                "rules:changes",
                50,
                n => $"a: {{{Job}, rules: [{{changes: [{List(n, i => $"f{i}")}]}}]}}",
                "jobs:a:rules:rule:changes config has too many entries (maximum 50)"
            },
            {
                "extends",
                11,
                n => $"a: {{{Job}, extends: .p1}}\n{Lines(n - 1, i => $".p{i}: {{extends: .p{i + 1}}}")}.p{n}: {{tags: [x]}}",
                ".p11: nesting too deep in `extends`"
            },
            { "include", 150, n => $"include: [{List(n, _ => "/part.yml")}]", "Maximum of 150 nested includes are allowed!" },
            {
                "trigger:include",
                3,
                n => $"a: {{trigger: {{include: [{List(n, _ => "{local: part.yml}")}]}}}}",
                "jobs:a:trigger:include config is too long (maximum is 3)"
            },
        };

    [Theory, MemberData(nameof(OfConfigurations), DisableDiscoveryEnumeration = true)]
    public async Task A_configuration_may_have_so_much_and_no_more(string what, int most, Func<int, string> written, string message)
    {
        await using var room = await StarterRoom.OpenAsync(DatabaseKind.Sqlite);
        await room.Owner.Client.PostApiAsync(
            $"{room.Path}/repository/files/part.yml",
            new
            {
                branch = "main",
                commit_message = "part",
                content = "part: {script: x}",
            }
        );
        Assert.Equal((what, ""), (what, await ErrorsAsync(most)));
        Assert.Equal((what, message), (what, await ErrorsAsync(most + 1)));

        async Task<string> ErrorsAsync(int count)
        {
            var answer = await room.Owner.Client.PostApiAsync($"{room.Path}/ci/lint", new { content = written(count) });
            return string.Join('\n', answer["errors"].EnumerateArray().Select(error => error.GetString()));
        }
    }

    [Fact]
    public async Task A_pipeline_has_five_thousand_jobs_at_the_most()
    {
        await using var room = await StarterRoom.OpenAsync(DatabaseKind.Sqlite);
        foreach (
            var (more, error) in ((int, string?)[])
                [
                    (0, null),
                    (1, "The number of jobs has exceeded the limit of 5000. Try splitting the configuration with parent-child-pipelines"),
                ]
        )
        {
            await room.CommitAsync(Lines(25, i => $"j{i}: {{{Job}, parallel: 200}}") + (more == 0 ? "" : "one: {script: x}\n"));
            var made = await room.Owner.Client.PostApiAsync($"{room.Path}/pipeline", new { @ref = "main" });
            var last = (await room.PipelinesAsync())[^1];
            Assert.Equal((error, error is null ? 5000L : 0), (last.YamlErrors, await JobsAsync(last.Id)));
            Assert.Equal(error is null ? 201 : 400, made.Status);
        }

        Task<long> JobsAsync(long pipeline) =>
            room.Server.Db.FindAsync<long>("SELECT COUNT(*) FROM jobs WHERE pipeline_id = @pipeline", new { pipeline }, Ct);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task A_push_makes_four_pipelines_at_the_most(int refs)
    {
        await using var room = await StarterRoom.OpenAsync(DatabaseKind.Sqlite);
        var sha = await room.Server.Services.GetRequiredService<Repositories>().Of(room.Project.Id).ResolveAsync("refs/heads/main", Ct);
        var updates = Enumerable.Range(0, refs).Select(n => new RefUpdate($"refs/heads/b{n}", new string('0', 40), sha!)).ToList();
        var pushed = new Pushed("p1", room.Project.Id, room.Owner.Id, updates, [], 1);
        await room.Server.Services.GetRequiredService<PushedPipelines>().OnPushedAsync(pushed, Ct);
        Assert.Equal(["b0", "b1", "b2", "b3"], (await room.PipelinesAsync()).Select(pipeline => pipeline.Ref));
    }

    /// <summary>GitLab's <c>downstream_pipeline_trigger_limit_per_project_user_sha</c>. https://docs.gitlab.com/administration/settings/continuous_integration/</summary>
    [Theory, EveryDatabase]
    public async Task So_many_downstream_pipelines_are_triggered_in_a_minute_for_a_project_a_user_and_a_commit(DatabaseKind kind)
    {
        const string reason = "reached_downstream_pipeline_trigger_rate_limit";
        const string unless = "rules: [{if: '$CI_PIPELINE_SOURCE != \"parent_pipeline\"'}]";
        var config = "a: {script: x}\n" + Lines(4, i => $"t{i}: {{trigger: {{include: [{{local: .gitlab-ci.yml}}]}}, {unless}}}");
        foreach (var (limit, refused) in ((int, int)[])[(0, 0), (5, 0), (4, 0), (3, 1)])
        {
            await using var room = await StarterRoom.OpenAsync(kind, with: o => o with { DownstreamTriggerLimit = limit });
            await room.CommitAsync(config);
            Assert.Equal((limit, refused), (limit, await RefusedAsync(room, room.Owner)));
            if (limit != 3)
                continue;
            Assert.Equal(4, await RefusedAsync(room, room.Owner));
            Assert.Equal(1, await RefusedAsync(room, await room.MemberAsync(Role.Developer)));
            room.Clock.Advance(TimeSpan.FromMinutes(1));
            Assert.Equal(1, await RefusedAsync(room, room.Owner));
            await room.CommitAsync(config + "b: {script: x}\n");
            Assert.Equal(1, await RefusedAsync(room, room.Owner));
        }

        Assert.Equal("Too many downstream pipelines triggered in the last minute. Try again later.", FailureWords.Of(reason));

        async Task<int> RefusedAsync(StarterRoom room, TestUser by)
        {
            var made = await by.Client.PostApiAsync($"{room.Path}/pipeline", new { @ref = "main" });
            Assert.Equal(201, made.Status);
            await room.SettleAsync(stands: true);
            var id = made["id"].GetInt64();
            const string ended = "SELECT COALESCE(failure_reason, '') FROM jobs WHERE pipeline_id = @id AND bridge = 1";
            var reasons = await room.Server.Db.QueryAsync<string>(ended, new { id }, Ct);
            const string children = "SELECT COUNT(*) FROM pipelines WHERE bridge_id IN (SELECT id FROM jobs WHERE pipeline_id = @id)";
            Assert.Equal(reasons.Count(one => one.Length == 0), await room.Server.Db.FindAsync<long>(children, new { id }, Ct));
            Assert.DoesNotContain(reasons, one => one is not ("" or reason));
            return reasons.Count(one => one == reason);
        }
    }

    [Theory]
    [InlineData("instance", 25)]
    [InlineData("project", 8000)]
    [InlineData("group", 30_000)]
    public async Task So_many_variables_there_may_be_and_no_more(string of, int most)
    {
        await using var server = await TestServer.StartAsync(DatabaseKind.Sqlite);
        var admin = await server.AdminAsync();
        var (group, project) = (await server.GroupAsync(admin.Row), await server.ProjectAsync(admin.Row));
        var path = of switch
        {
            "instance" => "admin/ci/variables",
            "group" => $"groups/{group.Id}/variables",
            _ => $"projects/{project.Id}/variables",
        };
        Assert.Equal(201, await AddAsync("FIRST"));
        // All but one of the rest, past the door.
        await server.Db.ExecuteAsync(
            $"""
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {most - 2})
            INSERT INTO ci_variables (namespace_id, project_id, name, value, variable_type, protected, masked, hidden, raw, environment_scope)
            SELECT namespace_id, project_id, name || i, value, variable_type, protected, masked, hidden, raw, environment_scope FROM ci_variables, n
            """,
            null,
            Ct
        );
        Assert.Equal(201, await AddAsync("LAST"));
        var refused = await admin.Client.PostApiAsync(path, new { key = "BEYOND", value = "x" });
        var message = $$$"""{"message":{"key":["Maximum number of CI/CD variables ({{{most}}}) exceeded"]}}""";
        Assert.Equal((400, message), (refused.Status, refused.Text));

        async Task<int> AddAsync(string key) => (await admin.Client.PostApiAsync(path, new { key, value = "x" })).Status;
    }

    private static string List(int count, Func<int, string> item) => string.Join(", ", Enumerable.Range(1, count).Select(item));

    private static string Lines(int count, Func<int, string> line) => string.Concat(Enumerable.Range(1, count).Select(i => line(i) + "\n"));
}
