using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Projects;

/// <summary>
/// Security rows S2 and S3: what runs on a protected branch runs with protected variables. https://docs.gitlab.com/ci/pipelines/#pipeline-security-on-protected-branches
/// </summary>
public sealed class ProtectedRunsTests
{
    [Theory]
    [InlineData("POST /api/v4/projects/{project}/pipelines/{pipeline:long}/retry", "canceled", 201)]
    [InlineData("POST /api/v4/projects/{project}/pipelines/{pipeline:long}/cancel", "pending", 200)]
    [InlineData("POST /api/v4/projects/{project}/jobs/{id:long}/retry", "canceled", 201)]
    [InlineData("POST /api/v4/projects/{project}/jobs/{id:long}/cancel", "pending", 201)]
    [InlineData("POST /api/v4/projects/{project}/jobs/{id:long}/play", "manual", 200)]
    [InlineData("POST /api/v4/projects/{project}/jobs/{id:long}/erase", "canceled", 201)]
    [InlineData("POST /-/page/{project}/pipelines/{pipeline:long}/retry", "canceled", 303)]
    [InlineData("POST /-/page/{project}/pipelines/{pipeline:long}/cancel", "pending", 303)]
    [InlineData("POST /-/page/{project}/jobs/{id:long}/retry", "canceled", 303)]
    [InlineData("POST /-/page/{project}/jobs/{id:long}/cancel", "pending", 303)]
    [InlineData("POST /-/page/{project}/jobs/{id:long}/play", "manual", 303)]
    [InlineData("POST /-/page/{project}/jobs/{id:long}/erase", "canceled", 303)]
    public async Task What_runs_on_a_protected_branch_is_for_those_who_may_push_there(string call, string status, int done)
    {
        await using var room = await RouteRoom.OpenAsync();
        var project = await room.ProjectAsync("private");
        // It was made before the branch was protected: what counts is how the branch is now.
        var job = await room.JobAsync(project, status, "feature");
        var rule = new
        {
            name = "feature",
            push_access_level = 40,
            merge_access_level = 40,
        };
        Assert.Equal(201, (await room.Owner.Client.PostApiAsync($"projects/{project.Id}/protected_branches", rule)).Status);
        var route = new ProjectRoute(call.Split(' ')[0], call.Split(' ')[1]);
        var address = route
            .Pattern.Replace("{pipeline:long}", $"{job.PipelineId}")
            .Replace("{id:long}", $"{job.Id}")
            .Replace("/-/page/{project}", $"/{project.FullPath}/-")
            .Replace("{project}", $"{project.Id}");
        Assert.Equal(403, await StatusAsync("developer"));
        Assert.Equal(done, await StatusAsync("maintainer"));

        async Task<int> StatusAsync(string name) =>
            (await room.AskAsync(room.Askers.Single(who => who.Name == name), route, address)).Status;
    }

    [Fact]
    public async Task What_a_pipeline_was_given_is_shown_to_who_gave_it_and_to_maintainers()
    {
        await using var room = await RouteRoom.OpenAsync();
        var project = await room.ProjectAsync("public");
        var developer = room.Askers.Single(who => who.Name == "developer");
        var made = await developer.Client.PostApiAsync(
            $"projects/{project.Id}/pipeline",
            new { @ref = "feature", variables = new[] { new { key = "PASSWORD", value = "canary" } } }
        );
        Assert.Equal(201, made.Status);
        var path = $"projects/{project.Id}/pipelines/{made["id"]}/variables";
        Assert.Contains("canary", (await developer.Client.GetApiAsync(path)).Text);
        Assert.Contains("canary", (await room.Owner.Client.GetApiAsync(path)).Text);
        var other = await room.Server.UserAsync();
        await room.Server.JoinAsync(new MemberOf.Project(project.Id), other.Row, Role.Developer);
        Assert.Equal(403, (await other.Client.GetApiAsync(path)).Status);
    }
}
