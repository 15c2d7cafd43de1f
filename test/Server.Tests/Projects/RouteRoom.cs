using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Compiler;
using Slipway.Engine;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;
using Slipway.Server.Pipelines;
using Slipway.Server.Projects;
using Slipway.Server.Tests.Pipelines;
using Slipway.Server.Tests.Support;
using Slipway.Server.Tests.Ui;
using Xunit;

namespace Slipway.Server.Tests.Projects;

/// <summary>Who asks: by token for the API, by session for pages.</summary>
internal sealed record Asker(string Name, HttpClient Client, Browser Browser, string Form);

/// <summary>One call of the API or one page, as its route says it: <c>GET /api/v4/projects/{project}/jobs</c>.</summary>
internal sealed record ProjectRoute(string Method, string Pattern)
{
    public bool IsPage => Pattern.StartsWith("/-/page/", StringComparison.Ordinal);
    public bool Changes => Method is not ("GET" or "HEAD");

    public override string ToString() => $"{Method} {Pattern.Replace("/-/page/{project}", "/{project}/-")}";
}

/// <summary>A server, somebody of each role, and projects that have one of everything a route may name.</summary>
internal sealed class RouteRoom : IAsyncDisposable
{
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

    private readonly TemporaryFolder _folder = new();
    private readonly TestUser _extra;
    private string _sha = "";
    private int _made;

    private RouteRoom(TestServer server, TestUser owner, TestUser extra) => (Server, Owner, _extra) = (server, owner, extra);

    public TestServer Server { get; }
    public TestUser Owner { get; }
    public List<Asker> Askers { get; } = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;
    private readonly Dictionary<string, TestUser> _members = [];

    public static async Task<RouteRoom> OpenAsync()
    {
        var server = await TestServer.StartAsync(DatabaseKind.Sqlite, new Clock());
        var room = new RouteRoom(server, await server.UserAsync("owner", password: PageRoom.Password), await server.UserAsync("extra"));
        var git = await GitClient.InitAsync(room._folder["work"]);
        room._sha = await git.CommitAsync("one", (".gitlab-ci.yml", "a: {script: x}"), ("README.md", "r"));
        await git.OkAsync("clone", "-q", "--bare", ".", room._folder["template"]);
        await git.OkAsync("push", "-q", room._folder["template"], "HEAD:refs/heads/feature", "HEAD:refs/heads/more", "HEAD:refs/tags/v1");
        await git.OkAsync("-C", room._folder["template"], "gc", "-q");
        var nobody = new Browser(server.Address);
        room.Askers.Add(new Asker("anonymous", server.Anonymous, nobody, (await nobody.GetAsync("/users/sign_in")).Token!));
        foreach (var name in (string[])["stranger", "guest", "planner", "reporter", "developer", "maintainer", "owner"])
        {
            var user = name == "owner" ? room.Owner : await server.UserAsync(name, password: PageRoom.Password);
            if (name is not ("stranger" or "owner"))
                room._members[name] = user;
            var browser = new Browser(server.Address);
            Assert.Equal(303, (await browser.SignInAsync(name, PageRoom.Password)).Status);
            room.Askers.Add(new Asker(name, user.Client, browser, (await browser.GetAsync("/")).Token!));
        }

        return room;
    }

    /// <summary>Every route that is about a project, but for those that take credentials of their own.</summary>
    public IReadOnlyList<ProjectRoute> Routes() =>
        [
            .. Server
                .Services.GetRequiredService<EndpointDataSource>()
                .Endpoints.OfType<RouteEndpoint>()
                .Where(route => route.Metadata.GetMetadata<Access>() is Access.OnProject)
                .SelectMany(route =>
                    route
                        .Metadata.GetMetadata<IHttpMethodMetadata>()!
                        .HttpMethods.Select(method => new ProjectRoute(method, "/" + route.RoutePattern.RawText!.Trim('/')))
                )
                .Where(route => route.Method != "HEAD")
                .OrderBy(route => route.IsPage)
                .ThenBy(route => route.Pattern, StringComparer.Ordinal)
                .ThenBy(route => route.Method, StringComparer.Ordinal),
        ];

    /// <summary>A new project with its members.</summary>
    public async Task<ProjectRow> ProjectAsync(string visibility)
    {
        var project = await Server.ProjectAsync(Owner.Row, visibility: visibility);
        await Server.Db.WriteAsync(
            async (session, ct) =>
            {
                var members = _members.Select(one => (one.Value, Enum.Parse<Role>(one.Key, ignoreCase: true)));
                foreach (var (user, role) in members.Append((_extra, Role.Guest)))
                    await MemberStore.SetAsync(
                        session,
                        new MemberOf.Project(project.Id),
                        user.Id,
                        role,
                        null,
                        Server.Time.Milliseconds(),
                        ct
                    );
                return 0;
            },
            Ct
        );
        var path = Server.Services.GetRequiredService<Repositories>().Of(project.Id).Path;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Copy(_folder["template"], path);
        await Server.Db.ExecuteAsync("UPDATE projects SET default_branch = 'main' WHERE id = @Id", project, Ct);
        return project;
    }

    /// <summary>The address of a route with what is there in the place of every name.</summary>
    public async Task<string> AddressAsync(ProjectRoute route, ProjectRow project)
    {
        var address = route.Pattern;
        foreach (var (place, make) in Things)
            if (address.Contains(place, StringComparison.Ordinal))
                address = address.Replace(place, Filled(place, await make(this, project)));
        address = address
            .Replace("/-/page/{project}/", $"/{project.FullPath}/-/")
            .Replace("/-/page/{project}", $"/{project.FullPath}")
            .Replace("{project}", $"{project.Id}");
        Assert.DoesNotContain("{", address);
        return address;
    }

    public async Task<(int Status, string Text, string? To)> AskAsync(Asker who, ProjectRoute route, string address)
    {
        if (!route.IsPage)
        {
            var body = route.Changes
                ? Bodies.GetValueOrDefault($"{route.Method} {route.Pattern["/api/v4/projects/{project}".Length..]}", new { })
                : null;
            var answer = await who.Client.ApiAsync(new HttpMethod(route.Method), address["/api/v4/".Length..], body);
            return (answer.Status, answer.Text, null);
        }

        var page = route.Changes ? await who.Browser.PostAsync(address, who.Form) : await who.Browser.HeadOfAsync(address);
        return (page.Status, page.Token is null ? page.Text : page.Text.Replace(page.Token, ""), page.Location);
    }

    public async ValueTask DisposeAsync()
    {
        Askers.ForEach(who => who.Browser.Dispose());
        await Server.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Places in routes, and what makes the thing that they name. The first that fits fills a place.</summary>
    private static readonly (string Place, Func<RouteRoom, ProjectRow, Task<string>> Make)[] Things =
    [
        ("/pipeline_schedules/{id:long}/variables/{key}", (room, project) => room.ScheduleVariableAsync(project)),
        ("/pipeline_schedules/{id:long}", (room, project) => room.MadeAsync(project, "pipeline_schedules", Schedule)),
        ("/hooks/{id:long}/events/{number:long}", async (room, project) => $"{await room.HookAsync(project)}/events/1"),
        ("/hooks/{id:long}/test/{trigger}", async (room, project) => $"{await room.HookAsync(project)}/test/no_events"),
        ("/hooks/{id:long}", (room, project) => room.HookAsync(project)),
        ("/triggers/{id:long}", (room, project) => room.MadeAsync(project, "triggers", new { description = "d" })),
        ("/environments/{id:long}", (room, project) => room.MadeAsync(project, "environments", new { name = room.Name() })),
        ("/deployments/{id:long}", (room, project) => room.DeploymentAsync(project)),
        ("/deploy_tokens/{id:long}", (room, project) => room.MadeAsync(project, "deploy_tokens", DeployToken)),
        ("/access_tokens/{id:long}", (room, project) => room.MadeAsync(project, "access_tokens", AccessToken)),
        ("/runners/{id:long}", (room, project) => room.RunnerAsync(project)),
        ("/project_members/{id:long}", (room, _) => Task.FromResult($"{room._extra.Id}")),
        ("/{user:long}", (room, _) => Task.FromResult($"{room._extra.Id}")),
        (
            "/protected_branches/{name}",
            async (room, project) => await room.MadeAsync(project, "protected_branches", new { name = room.Name() }, "name")
        ),
        (
            "/protected_tags/{name}",
            async (room, project) => await room.MadeAsync(project, "protected_tags", new { name = room.Name() }, "name")
        ),
        ("/tag_rules/{id:long}", (room, project) => room.TagRuleAsync(project)),
        ("/tag/rules/{id:long}", (room, project) => room.TagRuleAsync(project)),
        ("/repositories/{id:long}", (room, project) => room.ImagesAsync(project)),
        ("/container_registry/{id:long}", (room, project) => room.ImagesAsync(project)),
        ("/allowlist/{other:long}", (room, project) => Task.FromResult($"{project.Id}")),
        ("/groups_allowlist/{other:long}", (_, _) => Task.FromResult("1")),
        ("/resource_groups/{key}", (room, project) => room.ResourceGroupAsync(project)),
        ("/variables/{key}", (room, project) => room.VariableAsync(project, "key")),
        ("/variables/{id:long}", (room, project) => room.VariableAsync(project, "id")),
        ("/jobs/{id:long}/play", async (room, project) => $"{(await room.JobAsync(project, "manual")).Id}/play"),
        ("/jobs/{id:long}/retry", async (room, project) => $"{(await room.JobAsync(project, "canceled")).Id}/retry"),
        ("/jobs/{id:long}/erase", async (room, project) => $"{(await room.JobAsync(project, "canceled")).Id}/erase"),
        ("/jobs/{id:long}", async (room, project) => $"{(await room.JobAsync(project)).Id}"),
        ("/pipelines/{pipeline:long}/retry", async (room, project) => $"{(await room.JobAsync(project, "canceled")).PipelineId}/retry"),
        ("/pipelines/{pipeline:long}", async (room, project) => $"{(await room.JobAsync(project)).PipelineId}"),
        ("/branches/{branch}", (_, _) => Task.FromResult("feature")),
        ("/tags/{tag}", (_, _) => Task.FromResult("v1")),
        ("{sha}", (room, _) => Task.FromResult(room._sha)),
        ("{file_path}", (_, _) => Task.FromResult("README.md")),
        ("{format}", (_, _) => Task.FromResult("tar.gz")),
        ("{ref}", (_, _) => Task.FromResult("main")),
        ("{digest}", (_, _) => Task.FromResult("sha256:" + new string('0', 64))),
        ("/badges/{**path}", (_, _) => Task.FromResult("main/pipeline.svg")),
        ("{**path}", (_, _) => Task.FromResult("a.txt")),
        ("{**address}", (_, _) => Task.FromResult("main/README.md")),
    ];

    private string Name() => $"thing{Interlocked.Increment(ref _made)}";

    /// <summary>A place keeps what stands before its first name.</summary>
    private static string Filled(string place, string with) => place[..place.IndexOf('{')] + with;

    private async Task<string> MadeAsync(ProjectRow project, string what, object body, string id = "id")
    {
        var answer = await Owner.Client.PostApiAsync($"projects/{project.Id}/{what}", body);
        Assert.True(answer.Status == 201, $"{what}: {answer.Status} {answer.Text}");
        return answer[id].ToString();
    }

    private Task<string> HookAsync(ProjectRow project) => MadeAsync(project, "hooks", new { url = "https://hooks.example/" });

    private Task<string> TagRuleAsync(ProjectRow project) =>
        MadeAsync(
            project,
            "registry/protection/tag/rules",
            new
            {
                tag_name_pattern = Name(),
                minimum_access_level_for_push = "owner",
                minimum_access_level_for_delete = "owner",
            }
        );

    private async Task<string> ScheduleVariableAsync(ProjectRow project)
    {
        var schedule = await MadeAsync(project, "pipeline_schedules", Schedule);
        return $"{schedule}/variables/{await MadeAsync(project, $"pipeline_schedules/{schedule}/variables", new { key = Name(), value = "v" }, "key")}";
    }

    private Task<string> DeploymentAsync(ProjectRow project) =>
        MadeAsync(
            project,
            "deployments",
            new
            {
                environment = Name(),
                sha = _sha,
                @ref = "main",
                tag = false,
                status = "running",
            }
        );

    private async Task<string> RunnerAsync(ProjectRow project)
    {
        var answer = await Owner.Client.PostApiAsync("user/runners", new { runner_type = "project_type", project_id = project.Id });
        Assert.Equal(201, answer.Status);
        return answer["id"].ToString();
    }

    private async Task<string> VariableAsync(ProjectRow project, string by)
    {
        var key = await MadeAsync(project, "variables", new { key = Name(), value = "v" }, "key");
        return by == "key" ? key : $"{await IdAsync("SELECT id FROM ci_variables WHERE name = @key", new { key })}";
    }

    private async Task<string> ImagesAsync(ProjectRow project) =>
        $"{await IdAsync("INSERT INTO registry_repositories (project_id, name, created_at) VALUES (@Id, @name, 0) RETURNING id", new { project.Id, name = Name() })}";

    private async Task<string> ResourceGroupAsync(ProjectRow project)
    {
        var key = Name();
        await IdAsync(
            "INSERT INTO resource_groups (project_id, key, process_mode, created_at, updated_at) VALUES (@Id, @key, 'unordered', 0, 0) RETURNING id",
            new { project.Id, key }
        );
        return key;
    }

    /// <summary>A job of a pipeline that has just begun, or of one that was cancelled.</summary>
    /// <param name="status">pending, manual or canceled.</param>
    public async Task<JobRow> JobAsync(ProjectRow project, string status = "pending", string branch = "feature")
    {
        var store = Server.Services.GetRequiredService<PipelineStore>();
        var context = new PipelineContext
        {
            Project = new ProjectFacts
            {
                Id = project.Id,
                Name = project.Path,
                Path = project.FullPath,
            },
            User = new UserFacts { Id = Owner.Id, Login = "owner" },
        };
        var compiled = PipelineRoom.Compile("a: {script: x}\nm: {script: x, when: manual}", context);
        var id = await Server.Db.WriteAsync(
            async (session, ct) =>
            {
                var row = await session.FindAsync<PipelineRow>(
                    """
                    INSERT INTO pipelines (project_id, iid, user_id, source, ref, tag, sha, before_sha, protected, status, ready, version, created_at, updated_at)
                    VALUES (@Id, (SELECT COALESCE(MAX(iid), 0) + 1 FROM pipelines WHERE project_id = @Id), @owner, 'push', @branch, 0, @_sha, @_sha, 0, 'created', 0,
                      0, 0, 0) RETURNING *
                    """,
                    new
                    {
                        project.Id,
                        owner = Owner.Id,
                        branch,
                        _sha,
                    },
                    ct
                );
                await store.BeginAsync(session, row!, compiled, ct);
                if (status == "canceled")
                    await store.ApplyAsync(session, row!.Id, new PipelineEvent.PipelineCanceled(Server.Time.GetUtcNow()), ct);
                return row!.Id;
            },
            Ct
        );
        return (
            await Server.Db.FindAsync<JobRow>(
                "SELECT * FROM jobs WHERE pipeline_id = @id AND status = @status ORDER BY id LIMIT 1",
                new { id, status },
                Ct
            )
        )!;
    }

    private Task<long> IdAsync(string sql, object args) =>
        Server.Db.WriteAsync((session, ct) => session.FindAsync<long>(sql, args, ct), Ct);

    private static void Copy(string from, string to)
    {
        foreach (var folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories).Prepend(from))
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, folder)));
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".sample")))
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
    }
}
