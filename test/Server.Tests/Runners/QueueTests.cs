using Slipway.Protocol.Coordination;
using Slipway.Server.Data;
using Slipway.Server.Projects;
using Slipway.Server.Runners;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Runners;

/// <summary>Which runner may have which job, and which comes first (runner-protocol §3.4).</summary>
public sealed class QueueTests
{
    [Theory]
    [InlineData("[]", true, "[]", false, true)]
    [InlineData("[]", false, "[]", false, false)]
    [InlineData("""["a","b"]""", false, """["a"]""", false, true)]
    [InlineData("""["a"]""", true, """["a","b"]""", false, false)]
    [InlineData("""["a"]""", true, """["A"]""", false, false)]
    [InlineData("""["a"]""", false, "[]", false, false)]
    public void Tags_decide(string has, bool untagged, string wanted, bool isProtected, bool takes) =>
        Assert.Equal(takes, new Matching(Runner(has, untagged, RunnerWords.NotProtected)).Takes(wanted, isProtected));

    [Theory]
    [InlineData(RunnerWords.RefProtected, false, false)]
    [InlineData(RunnerWords.RefProtected, true, true)]
    [InlineData(RunnerWords.NotProtected, true, true)]
    public void A_protected_runner_takes_jobs_of_protected_refs_alone(string level, bool isProtected, bool takes) =>
        Assert.Equal(takes, new Matching(Runner("[]", true, level)).Takes("[]", isProtected));

    [Theory, EveryDatabase]
    public async Task A_projects_runner_sees_its_project_and_a_groups_all_below_it(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        var group = await room.Server.GroupAsync(room.Admin.Row);
        var below = await room.Server.GroupAsync(room.Admin.Row, above: group);
        var inside = await room.Server.ProjectAsync(room.Admin.Row, group: below);
        var ofProject = await room.RunnerAsync(new { runner_type = "project_type", project_id = room.Project.Id });
        var ofGroup = await room.RunnerAsync(new { runner_type = "group_type", group_id = group.Id });
        await room.PipelineAsync("outside: {script: [x]}");
        await room.PipelineAsync("inside: {script: [x]}", inside);

        Assert.Equal("outside", (await ofProject.TakeAsync()).Name);
        Assert.Equal("inside", (await ofGroup.TakeAsync()).Name);
        Assert.Equal(204, (await ofProject.RequestAsync()).Status);
        Assert.Equal(204, (await ofGroup.RequestAsync()).Status);
    }

    [Theory, EveryDatabase]
    public async Task An_instances_runner_serves_first_who_has_least(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        var other = await room.Server.ProjectAsync(room.Admin.Row);
        var runner = await room.RunnerAsync();
        await room.PipelineAsync("a1: {script: [x]}\na2: {script: [x]}\na3: {script: [x]}");
        await room.PipelineAsync("b1: {script: [x]}\nb2: {script: [x]}", other);

        var order = new List<string>();
        for (var n = 0; n < 5; n++)
            order.Add((await runner.StartAsync()).Name);

        Assert.Equal(["a1", "b1", "a2", "b2", "a3"], order);
    }

    [Theory, EveryDatabase]
    public async Task Runners_that_ask_at_once_are_spread_over_projects_alike(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        var other = await room.Server.ProjectAsync(room.Admin.Row);
        var token = (await room.RunnerAsync()).Token;
        await room.PipelineAsync(string.Concat(Enumerable.Range(0, 6).Select(n => $"a{n}: {{script: [x]}}\n")));
        await room.PipelineAsync(string.Concat(Enumerable.Range(0, 3).Select(n => $"b{n}: {{script: [x]}}\n")), other);

        var taken = await Task.WhenAll(Enumerable.Range(0, 6).Select(n => TakeAsync(n)));

        Assert.Equal(["a0", "a1", "a2", "b0", "b1", "b2"], taken.Order());

        // Without an offer in between, so that what one has got counts at once.
        async Task<string> TakeAsync(int number)
        {
            var runner = room.Runner(token, $"s_00000000000{number}");
            runner.Features = runner.Features with { TwoPhaseJobCommit = false };
            return (await runner.TakeAsync()).Name;
        }
    }

    [Theory, EveryDatabase]
    public async Task The_oldest_of_two_projects_comes_first_for_a_groups_runner(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        var group = await room.Server.GroupAsync(room.Admin.Row);
        var (one, two) = (
            await room.Server.ProjectAsync(room.Admin.Row, group: group),
            await room.Server.ProjectAsync(room.Admin.Row, group: group)
        );
        var runner = await room.RunnerAsync(
            new
            {
                runner_type = "group_type",
                group_id = group.Id,
                tag_list = "x",
                run_untagged = true,
            }
        );
        await room.PipelineAsync("first: {script: [x], tags: [y]}\nthird: {script: [x]}", one);
        await room.PipelineAsync("fourth: {script: [x]}\nsecond: {script: [x], tags: [x]}", two);
        await room.PipelineAsync("fifth: {script: [x]}", one);

        var order = new List<string>();
        for (var n = 0; n < 4; n++)
            order.Add((await runner.StartAsync()).Name);

        Assert.Equal(["third", "fourth", "second", "fifth"], order);
    }

    [Fact]
    public async Task A_group_and_a_project_are_served_in_order()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        var runner = await room.RunnerAsync(new { runner_type = "project_type", project_id = room.Project.Id });
        await room.PipelineAsync("a1: {script: [x]}\na2: {script: [x]}");
        await room.PipelineAsync("b1: {script: [x]}");
        Assert.Equal(
            ["a1", "a2", "b1"],
            [(await runner.StartAsync()).Name, (await runner.StartAsync()).Name, (await runner.StartAsync()).Name]
        );
    }

    [Fact]
    public async Task Jobs_that_a_runner_cannot_have_do_not_hide_those_behind_them()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        var runner = await room.RunnerAsync();
        await room.PipelineAsync(
            string.Concat(Enumerable.Range(0, 150).Select(n => $"t{n}: {{script: [x], tags: [gpu]}}\n")) + "plain: {script: [x]}"
        );
        Assert.Equal("plain", (await runner.TakeAsync()).Name);
    }

    [Theory]
    [InlineData("paused")]
    [InlineData("instance runners off")]
    [InlineData("archived")]
    [InlineData("bridge")]
    [InlineData("protected")]
    public async Task Nothing_is_handed_out_where(string what)
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        var project =
            what == "instance runners off"
                ? await room.Server.ProjectAsync(room.Admin.Row, settings: new ProjectSettings { SharedRunnersEnabled = false })
                : room.Project;
        var runner = await room.RunnerAsync(
            new
            {
                runner_type = "instance_type",
                paused = what == "paused",
                access_level = what == "protected" ? "ref_protected" : "not_protected",
            }
        );
        await room.PipelineAsync(what == "bridge" ? "a: {trigger: {project: g/p}}" : "a: {script: [x]}", project);
        if (what == "archived")
            await room.Db.ExecuteAsync("UPDATE projects SET archived = 1", null, CancellationToken.None);

        var answer = await runner.RequestAsync();
        Assert.Equal(204, answer.Status);
        Assert.NotNull(answer[WireHeader.LastUpdate]);
    }

    [Fact]
    public async Task A_runner_that_is_let_go_on_gets_what_waited_for_it()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite, new Clock());
        var runner = await room.RunnerAsync(new { runner_type = "instance_type", paused = true });
        var id = (await runner.VerifyAsync()).Json.GetProperty("id").GetInt64();
        await room.PipelineAsync("a: {script: [x]}");
        Assert.Equal(204, (await runner.RequestAsync()).Status);

        var waiting = runner.RequestAsync();
        Assert.Equal(200, (await room.Admin.Client.PutApiAsync($"runners/{id}", new { paused = false })).Status);
        Assert.Equal(201, (await waiting).Status);
    }

    private static RunnerRow Runner(string tags, bool untagged, string level) =>
        new()
        {
            RunnerType = RunnerWords.Instance,
            TokenHash = "",
            Description = "",
            MaintenanceNote = "",
            Tags = tags,
            RunUntagged = untagged ? 1 : 0,
            AccessLevel = level,
        };
}
