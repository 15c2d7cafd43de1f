using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Protocol.Coordination;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Tests.Runners;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Projects;

/// <summary>Security row S4: how far a running job's own token reaches. https://docs.gitlab.com/ci/jobs/ci_job_token/</summary>
public sealed class JobTokenRoutesTests
{
    /// <summary>All calls in a project that take such a token. A new one stands here because somebody has thought about it.</summary>
    private static readonly string[] Open =
    [
        "GET /deployments",
        "POST /deployments",
        "DELETE /deployments/{id}",
        "GET /deployments/{id}",
        "PUT /deployments/{id}",
        "GET /environments",
        "POST /environments",
        "POST /environments/stop_stale",
        "DELETE /environments/{id}",
        "GET /environments/{id}",
        "PUT /environments/{id}",
        "POST /environments/{id}/stop",
        "GET /jobs",
        "GET /jobs/artifacts/{ref}/download",
        "GET /jobs/artifacts/{ref}/raw/{path}",
        "GET /jobs/{id}",
        "GET /jobs/{id}/artifacts",
        "GET /jobs/{id}/artifacts/{path}",
        "GET /jobs/{id}/trace",
        "GET /pipelines",
        "GET /pipelines/latest",
        "GET /pipelines/{pipeline}",
        "GET /pipelines/{pipeline}/bridges",
        "GET /pipelines/{pipeline}/jobs",
        "PUT /pipelines/{pipeline}/metadata",
        "GET /pipelines/{pipeline}/test_report",
        "GET /pipelines/{pipeline}/test_report_summary",
        "GET /registry/repositories",
        "DELETE /registry/repositories/{id}",
        "DELETE /registry/repositories/{id}/tags",
        "GET /registry/repositories/{id}/tags",
        "DELETE /registry/repositories/{id}/tags/{tag}",
        "GET /registry/repositories/{id}/tags/{tag}",
        "GET /repository/archive",
        "GET /repository/archive.{format}",
        "GET /repository/blobs/{sha}",
        "GET /repository/blobs/{sha}/raw",
        "GET /repository/branches",
        "GET /repository/branches/{branch}",
        "GET /repository/commits",
        "GET /repository/commits/{sha}",
        "GET /repository/commits/{sha}/diff",
        "GET /repository/commits/{sha}/refs",
        "GET /repository/compare",
        "GET /repository/files/{file_path}",
        "HEAD /repository/files/{file_path}",
        "GET /repository/files/{file_path}/raw",
        "GET /repository/merge_base",
        "GET /repository/tags",
        "GET /repository/tags/{tag}",
        "GET /repository/tree",
    ];

    [Fact]
    public async Task These_calls_take_a_jobs_token_and_no_others()
    {
        await using var server = await TestServer.StartAsync(DatabaseKind.Sqlite);
        var all = server.Services.GetRequiredService<EndpointDataSource>();
        var open =
            from route in OpenApi.Routes(all)
            where route.Metadata.GetMetadata<Access>() is Access.OnProject { Ability.JobToken: true }
            from method in OpenApi.MethodsOf(route)
            orderby OpenApi.PathOf(route.RoutePattern), method
            select $"{method} {OpenApi.PathOf(route.RoutePattern)["/projects/{project}".Length..]}";
        Assert.Equal(Open, open);
    }

    [Fact]
    public async Task Every_other_call_of_the_api_is_closed_to_a_job()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        await room.PipelineAsync("a: {script: [x]}");
        var job = await (await room.RunnerAsync()).StartAsync();
        using var client = room.Server.Client(null);
        client.DefaultRequestHeaders.Add("JOB-TOKEN", job.Token);
        foreach (var route in OpenApi.Routes(room.Part<EndpointDataSource>()))
        {
            var access = route.Metadata.GetMetadata<Access>();
            if (
                access
                is Access.Everyone
                    or Access.OwnDoor
                    or Access.OnProject { Ability.JobToken: true }
                    or Access.OnGroup { Role: Role.None }
            )
                continue;
            foreach (var method in OpenApi.MethodsOf(route))
            {
                var path = Filled(OpenApi.PathOf(route.RoutePattern), room.Project.Id);
                var status = (await client.ApiAsync(new HttpMethod(method), path)).Status;
                Assert.True(status is 401 or 403 or 404, $"{method} {path}: {status}");
            }
        }
    }

    [Fact]
    public async Task It_opens_its_own_project_and_those_that_let_it_in_while_the_job_runs()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        await room.PipelineAsync("a: {script: [x]}");
        var job = await (await room.RunnerAsync()).StartAsync();
        var letIn = await room.Server.ProjectAsync(room.Admin.Row);
        var foreign = await room.Server.ProjectAsync(room.Admin.Row);
        var allow = await room.Admin.Client.PostApiAsync(
            $"projects/{letIn.Id}/job_token_scope/allowlist",
            new { target_project_id = room.Project.Id }
        );
        Assert.Equal(201, allow.Status);
        using var client = room.Server.Client(null);
        client.DefaultRequestHeaders.Add("JOB-TOKEN", job.Token);
        var lists = Open.Where(call => call.StartsWith("GET ") && !call.Contains('{')).Select(call => call["GET ".Length..]).ToList();
        Assert.NotEmpty(lists);
        foreach (var list in lists)
        {
            // An empty project has no latest pipeline and no commit: 404 of another kind, but no refusal.
            Assert.NotEqual((list, 404, Hidden), await AskAsync(room.Project, list));
            Assert.NotEqual((list, 404, Hidden), await AskAsync(letIn, list));
            Assert.Equal((list, 404, Hidden), await AskAsync(foreign, list));
        }

        await job.FinishAsync(JobState.Success);
        foreach (var list in lists)
            Assert.Equal((list, 401, """{"message":"401 Unauthorized"}"""), await AskAsync(room.Project, list));

        async Task<(string List, int Status, string Text)> AskAsync(ProjectRow project, string list)
        {
            var answer = await client.GetApiAsync($"projects/{project.Id}{list}");
            return (list, answer.Status, answer.Text);
        }
    }

    private const string Hidden = """{"message":"404 Project Not Found"}""";

    /// <summary>An address with something in the place of each name.</summary>
    private static string Filled(string path, long project) =>
        string.Join(
            '/',
            path.TrimStart('/')
                .Split('/')
                .Select(part =>
                    part == "{project}" ? $"{project}"
                    : part.StartsWith('{') ? "1"
                    : part
                )
        );
}
