using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Server.Tests.Registry;

namespace Slipway.Server.Tests.Projects;

/// <summary>What is sent along with a question. Words that begin with an at sign stand for what a room has.</summary>
internal sealed partial class RouteRoom
{
    private static readonly byte[] s_manifest = Images.Image([]).ToBytes();
    private static readonly string s_digest = Images.Digest(s_manifest);

    private static readonly object Schedule = new
    {
        description = "nightly",
        @ref = "feature",
        cron = "0 1 * * *",
    };

    private static readonly object AccessToken = new
    {
        name = "n",
        scopes = new[] { "read_api" },
        expires_at = "2026-03-01",
        access_level = 10,
    };

    private static readonly object DeployToken = new { name = "n", scopes = new[] { "read_repository" } };

    private static readonly Dictionary<string, object> Bodies = new()
    {
        ["POST /deployments"] = new
        {
            environment = "new",
            sha = "@sha",
            @ref = "main",
            tag = false,
            status = "running",
        },
        ["POST /members"] = new { user_id = "@stranger", access_level = 10 },
        ["POST /job_token_scope/allowlist"] = new { target_project_id = "@other" },
        ["POST /job_token_scope/groups_allowlist"] = new { target_group_id = "@group" },
        ["POST /registry/protection/tag/rules"] = new
        {
            tag_name_pattern = "new",
            minimum_access_level_for_push = "owner",
            minimum_access_level_for_delete = "owner",
        },
        ["DELETE /registry/repositories/{id:long}/tags"] = new { name_regex_delete = ".*" },
        ["PUT /transfer"] = new { @namespace = "@group" },
        ["POST /runners"] = new { runner_id = "@runner" },
        ["POST /variables"] = new { key = "NEW", value = "v" },
        ["PUT /variables/{key}"] = new { value = "w" },
        ["POST /pipeline"] = new { @ref = "feature" },
        ["POST /statuses/{sha}"] = new { state = "success" },
        ["POST /ci/lint"] = new { content = "a: {script: x}" },
        ["PUT "] = new { description = "d" },
        ["POST /repository/branches"] = new { branch = "new", @ref = "main" },
        ["POST /repository/tags"] = new { tag_name = "v2", @ref = "main" },
        ["POST /repository/files/{file_path}"] = new
        {
            branch = "feature",
            content = "c",
            commit_message = "m",
        },
        ["PUT /repository/files/{file_path}"] = new
        {
            branch = "feature",
            content = "c",
            commit_message = "m",
        },
        ["DELETE /repository/files/{file_path}"] = new { branch = "feature", commit_message = "m" },
        ["POST /repository/commits"] = new
        {
            branch = "feature",
            commit_message = "m",
            actions = new[]
            {
                new
                {
                    action = "create",
                    file_path = "n",
                    content = "c",
                },
            },
        },
        ["PUT /members/{user:long}"] = new { access_level = 20 },
        ["POST /pipeline_schedules"] = Schedule,
        ["PUT /pipeline_schedules/{id:long}"] = new { description = "d" },
        ["POST /pipeline_schedules/{id:long}/variables"] = new { key = "NEW", value = "v" },
        ["PUT /pipeline_schedules/{id:long}/variables/{key}"] = new { value = "w" },
        ["POST /environments"] = new { name = "new" },
        ["PUT /environments/{id:long}"] = new { tier = "other" },
        ["POST /environments/stop_stale"] = new { before = "2025-01-01T00:00:00Z" },
        ["PUT /deployments/{id:long}"] = new { status = "success" },
        ["POST /triggers"] = new { description = "d" },
        ["PUT /triggers/{id:long}"] = new { description = "e" },
        ["POST /hooks"] = new { url = "https://hooks.example/" },
        ["PUT /hooks/{id:long}"] = new { url = "https://hooks.example/2" },
        ["POST /access_tokens"] = AccessToken,
        ["POST /deploy_tokens"] = DeployToken,
        ["POST /protected_branches"] = new { name = "new" },
        ["POST /protected_tags"] = new { name = "new" },
        ["PATCH /protected_branches/{name}"] = new { allow_force_push = true },
        ["PATCH /job_token_scope"] = new { enabled = true },
        ["PUT /pipelines/{pipeline:long}/metadata"] = new { name = "n" },
        ["PUT /resource_groups/{key}"] = new { process_mode = "unordered" },
    };

    private static readonly Dictionary<string, string> Queries = new()
    {
        ["GET /api/v4/projects/{project}/jobs/artifacts/{ref}/download"] = "?job=a",
        ["GET /api/v4/projects/{project}/jobs/artifacts/{ref}/raw/{**path}"] = "?job=a",
        ["GET /api/v4/projects/{project}/repository/compare"] = "?from=main&to=feature",
        ["GET /api/v4/projects/{project}/repository/merge_base"] = "?refs[]=main&refs[]=feature",
        ["GET /api/v4/projects/{project}/repository/files/{file_path}"] = "?ref=main",
    };

    private static readonly (string, string)[] ScheduleForm =
    [
        ("description", "nightly"),
        ("ref", "feature"),
        ("cron", "0 1 * * *"),
        ("cron_timezone", "UTC"),
    ];

    private static readonly (string, string)[] TagRuleForm = [("tag_name_pattern", "new"), ("kind", "immutable")];

    private static readonly Dictionary<string, (string, string)[]> Forms = new()
    {
        ["/pipelines"] = [("ref", "feature")],
        ["/pipeline_schedules"] = ScheduleForm,
        ["/pipeline_schedules/{id:long}"] = ScheduleForm,
        ["/project_members"] = [("username", "stranger"), ("access_level", "10")],
        ["/project_members/{id:long}"] = [("access_level", "20")],
        ["/runners"] = [("tag_list", "t"), ("run_untagged", "true")],
        ["/runners/{id:long}"] = [("tag_list", "t"), ("run_untagged", "true")],
        ["/settings/packages_and_registries/tag_rules"] = TagRuleForm,
        ["/settings/packages_and_registries/tag_rules/{id:long}"] = TagRuleForm,
        ["/variables"] = [("key", "NEW"), ("value", "v")],
    };

    private JsonNode BodyOf(ProjectRoute route)
    {
        var body = Bodies.GetValueOrDefault($"{route.Method} {route.Pattern["/api/v4/projects/{project}".Length..]}", new { });
        var text = JsonSerializer
            .Serialize(body)
            .Replace("@sha", _sha)
            .Replace("\"@stranger\"", $"{_strangerId}")
            .Replace("\"@other\"", $"{_other!.Id}")
            .Replace("\"@group\"", $"{_group!.Id}")
            .Replace("\"@runner\"", _runner);
        return JsonNode.Parse(text)!;
    }

    private static (string, string)[] FormOf(ProjectRoute route) =>
        Forms.GetValueOrDefault(route.Pattern["/-/page/{project}".Length..], []);
}
