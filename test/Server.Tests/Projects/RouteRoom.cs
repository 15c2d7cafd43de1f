using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Compiler;
using Slipway.Engine;
using Slipway.Server.Blobs;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;
using Slipway.Server.Pipelines;
using Slipway.Server.Projects;
using Slipway.Server.Tests.Pipelines;
using Slipway.Server.Tests.Registry;
using Slipway.Server.Tests.Runners;
using Slipway.Server.Tests.Support;
using Slipway.Server.Tests.Ui;
using Slipway.Server.Tests.Webhooks;
using Xunit;

namespace Slipway.Server.Tests.Projects;

/// <summary>Who asks: by token for the API, by session for pages.</summary>
/// <param name="User">Nothing: somebody who is not signed in.</param>
internal sealed record Asker(string Name, TestUser? User, HttpClient Client, Browser Browser, string Form);

/// <summary>One call of the API or one page, as its route says it: <c>GET /api/v4/projects/{project}/jobs</c>.</summary>
internal sealed record ProjectRoute(string Method, string Pattern)
{
    public bool IsPage => Pattern.StartsWith("/-/page/", StringComparison.Ordinal);
    public bool Changes => Method is not ("GET" or "HEAD");

    public override string ToString() => $"{Method} {Pattern.Replace("/-/page/{project}", "/{project}/-")}";
}

/// <summary>A server, somebody of each role, and projects that have one of everything a route may name.</summary>
internal sealed partial class RouteRoom : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestUser _extra;
    private readonly Receiver _receiver = new();
    private string _sha = "";
    private string _blob = "";
    private NamespaceRow? _group;
    private ProjectRow? _other;
    private long _strangerId;
    private string _runner = "";
    private int _made;

    private RouteRoom(TestServer server, TestUser owner, TestUser extra) => (Server, Owner, _extra) = (server, owner, extra);

    public TestServer Server { get; }
    public TestUser Owner { get; }

    /// <summary>A public project of the owner's.</summary>
    public ProjectRow Other => _other!;

    public List<Asker> Askers { get; } = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;
    private readonly Dictionary<string, TestUser> _members = [];

    public static async Task<RouteRoom> OpenAsync()
    {
        var server = await TestServer.StartAsync(DatabaseKind.Sqlite, new Clock(), with: o => o with { AllowedOutbound = ["127.0.0.1"] });
        var room = new RouteRoom(server, await server.UserAsync("owner", password: PageRoom.Password), await server.UserAsync("extra"));
        var git = await GitClient.InitAsync(room._folder["work"]);
        room._sha = await git.CommitAsync("one", (".gitlab-ci.yml", "a: {script: x}"), ("README.md", "r"));
        room._blob = (await git.OkAsync("rev-parse", "HEAD:README.md")).Trim();
        room._group = await server.GroupAsync(room.Owner.Row, visibility: "public");
        room._other = await server.ProjectAsync(room.Owner.Row, visibility: "public");
        room._runner = await room.RunnerAsync(room._other);
        await git.OkAsync("clone", "-q", "--bare", ".", room._folder["template"]);
        await git.OkAsync("push", "-q", room._folder["template"], "HEAD:refs/heads/feature", "HEAD:refs/heads/more", "HEAD:refs/tags/v1");
        await git.OkAsync("-C", room._folder["template"], "gc", "-q");
        var nobody = new Browser(server.Address);
        room.Askers.Add(new Asker("anonymous", null, server.Anonymous, nobody, (await nobody.GetAsync("/users/sign_in")).Token!));
        foreach (var name in (string[])["stranger", "guest", "planner", "reporter", "developer", "maintainer", "owner"])
        {
            var user = name == "owner" ? room.Owner : await server.UserAsync(name, password: PageRoom.Password);
            if (name == "stranger")
                room._strangerId = user.Id;
            if (name is not ("stranger" or "owner"))
                room._members[name] = user;
            var browser = new Browser(server.Address);
            Assert.Equal(303, (await browser.SignInAsync(name, PageRoom.Password)).Status);
            room.Askers.Add(new Asker(name, user, user.Client, browser, (await browser.GetAsync("/")).Token!));
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
        var address = $"{route.Method} {route.Pattern}";
        if (route.Pattern.EndsWith("/pipelines/latest", StringComparison.Ordinal))
            await LatestAsync(project);
        foreach (var (place, make) in Things)
            if (address.Contains(place, StringComparison.Ordinal))
                address = address.Replace(place, Filled(place, await make(this, project)));
        address = address[(route.Method.Length + 1)..]
            .Replace("/-/page/{project}/", $"/{project.FullPath}/-/")
            .Replace("/-/page/{project}", $"/{project.FullPath}")
            .Replace("{project}", $"{project.Id}");
        Assert.DoesNotContain("{", address);
        return address + Queries.GetValueOrDefault(route.ToString());
    }

    public async Task<(int Status, string Text, string? To)> AskAsync(Asker who, ProjectRoute route, string address)
    {
        if (!route.IsPage)
        {
            var body = route.Changes ? BodyOf(route) : null;
            var answer = await who.Client.ApiAsync(new HttpMethod(route.Method), address["/api/v4/".Length..], body);
            return (answer.Status, answer.Text, null);
        }

        var page = route.Changes
            ? await who.Browser.PostAsync(address, who.Form, null, FormOf(route))
            : await who.Browser.HeadOfAsync(address);
        return (page.Status, page.Token is null ? page.Text : page.Text.Replace(page.Token, ""), page.Location);
    }

    public async ValueTask DisposeAsync()
    {
        Askers.ForEach(who => who.Browser.Dispose());
        _receiver.Dispose();
        await Server.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Places in routes, and what makes the thing that they name. The first that fits fills a place.</summary>
    private static readonly (string Place, Func<RouteRoom, ProjectRow, Task<string>> Make)[] Things =
    [
        ("/pipeline_schedules/{id:long}/variables/{key}", (room, project) => room.ScheduleVariableAsync(project)),
        ("/pipeline_schedules/{id:long}", (room, project) => room.MadeAsync(project, "pipeline_schedules", Schedule)),
        ("/hooks/{id:long}/events/{number:long}", (room, project) => room.HookEventAsync(project)),
        ("/hooks/{id:long}/test/{trigger}", async (room, project) => $"{await room.HookAsync(project)}/test/push_events"),
        ("/hooks/{id:long}", (room, project) => room.HookAsync(project)),
        ("/triggers/{id:long}", (room, project) => room.MadeAsync(project, "triggers", new { description = "d" })),
        ("DELETE /api/v4/projects/{project}/environments/{id:long}", (room, project) => room.StoppedEnvironmentAsync(project)),
        ("/environments/{id:long}", (room, project) => room.MadeAsync(project, "environments", new { name = room.Name() })),
        ("DELETE /api/v4/projects/{project}/deployments/{id:long}", (room, project) => room.DeploymentAsync(project, "failed")),
        ("/deployments/{id:long}", (room, project) => room.DeploymentAsync(project, "running")),
        ("/deploy_tokens/{id:long}", (room, project) => room.MadeAsync(project, "deploy_tokens", DeployToken)),
        ("/access_tokens/{id:long}", (room, project) => room.MadeAsync(project, "access_tokens", AccessToken)),
        ("DELETE /api/v4/projects/{project}/runners/{id:long}", (room, project) => room.SharedRunnerAsync(project)),
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
        ("/repositories/{id:long}/tags/{tag}", async (room, project) => $"{await room.ImagesAsync(project)}/tags/latest"),
        ("/repositories/{id:long}", (room, project) => room.ImagesAsync(project)),
        ("/container_registry/{id:long}/tags/{tag}", async (room, project) => $"{await room.ImagesAsync(project)}/tags/latest"),
        (
            "/container_registry/{id:long}/manifests/{digest}",
            async (room, project) => $"{await room.ImagesAsync(project)}/manifests/{s_digest}"
        ),
        ("/container_registry/{id:long}", (room, project) => room.ImagesAsync(project)),
        ("/groups_allowlist/{other:long}", (room, project) => room.AllowedAsync(project, "groups_allowlist", room._group!.Id)),
        ("/allowlist/{other:long}", (room, project) => room.AllowedAsync(project, "allowlist", room._other!.Id)),
        ("/resource_groups/{key}", (room, project) => room.ResourceGroupAsync(project)),
        ("/variables/{key}", (room, project) => room.VariableAsync(project, "key")),
        ("/variables/{id:long}", (room, project) => room.VariableAsync(project, "id")),
        ("/jobs/{id:long}/play", async (room, project) => $"{(await room.JobAsync(project, "manual")).Id}/play"),
        ("/jobs/{id:long}/retry", async (room, project) => $"{(await room.JobAsync(project, "canceled")).Id}/retry"),
        ("/jobs/{id:long}/erase", async (room, project) => $"{(await room.JobAsync(project, "canceled")).Id}/erase"),
        ("/jobs/{id:long}/artifacts/{**path}", async (room, project) => $"{await room.FinishedAsync(project)}/artifacts/a.txt"),
        ("/jobs/{id:long}/artifacts", async (room, project) => $"{await room.FinishedAsync(project)}/artifacts"),
        ("/jobs/artifacts/{ref}", (room, project) => room.LatestAsync(project)),
        ("/jobs/{id:long}", async (room, project) => $"{(await room.JobAsync(project)).Id}"),
        ("/pipelines/{pipeline:long}/retry", async (room, project) => $"{(await room.JobAsync(project, "canceled")).PipelineId}/retry"),
        ("/pipelines/{pipeline:long}", async (room, project) => $"{(await room.JobAsync(project)).PipelineId}"),
        ("/branches/{branch}", (_, _) => Task.FromResult("feature")),
        ("/tags/{tag}", (_, _) => Task.FromResult("v1")),
        ("/blobs/{sha}", (room, _) => Task.FromResult(room._blob)),
        ("{sha}", (room, _) => Task.FromResult(room._sha)),
        ("POST /api/v4/projects/{project}/repository/files/{file_path}", (_, _) => Task.FromResult("NEW.md")),
        ("{file_path}", (_, _) => Task.FromResult("README.md")),
        ("{format}", (_, _) => Task.FromResult("tar.gz")),
        ("{ref}", (_, _) => Task.FromResult("main")),
        ("/badges/{**path}", (_, _) => Task.FromResult("main/pipeline.svg")),
        ("/browse/{**path}", (_, _) => Task.FromResult("folder")),
        ("{**path}", (_, _) => Task.FromResult("a.txt")),
        ("/tree/{**address}", (_, _) => Task.FromResult("main")),
        ("{**address}", (_, _) => Task.FromResult("main/README.md")),
    ];

    private string Name() => $"thing{Interlocked.Increment(ref _made)}";

    /// <summary>A place keeps what stands before its first name but the project's.</summary>
    private static string Filled(string place, string with) =>
        place[..place.IndexOf('{', Math.Max(0, place.IndexOf("{project}", StringComparison.Ordinal) + 1))] + with;

    private async Task<string> MadeAsync(ProjectRow project, string what, object body, string id = "id")
    {
        var answer = await Owner.Client.PostApiAsync($"projects/{project.Id}/{what}", body);
        Assert.True(answer.Status == 201, $"{what}: {answer.Status} {answer.Text}");
        return answer[id].ToString();
    }

    private Task<string> HookAsync(ProjectRow project) => MadeAsync(project, "hooks", new { url = _receiver.Url });

    /// <summary>What it was told before, which may be told again.</summary>
    private async Task<string> HookEventAsync(ProjectRow project)
    {
        var hook = await HookAsync(project);
        var told = await Owner.Client.PostApiAsync($"projects/{project.Id}/hooks/{hook}/test/push_events");
        Assert.True(told.Status == 201, told.Text);
        return $"{hook}/events/{await IdAsync("SELECT MAX(id) FROM webhook_events WHERE webhook_id = @hook", new { hook = long.Parse(hook) })}";
    }

    private async Task<string> StoppedEnvironmentAsync(ProjectRow project)
    {
        var environment = await MadeAsync(project, "environments", new { name = Name() });
        Assert.Equal(200, (await Owner.Client.PostApiAsync($"projects/{project.Id}/environments/{environment}/stop")).Status);
        return environment;
    }

    private async Task<string> AllowedAsync(ProjectRow project, string list, long other)
    {
        object body = list == "allowlist" ? new { target_project_id = other } : new { target_group_id = other };
        await MadeAsync(project, "job_token_scope/" + list, body, list == "allowlist" ? "target_project_id" : "target_group_id");
        return $"{other}";
    }

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

    private Task<string> DeploymentAsync(ProjectRow project, string status) =>
        MadeAsync(
            project,
            "deployments",
            new
            {
                environment = Name(),
                sha = _sha,
                @ref = "main",
                tag = false,
                status,
            }
        );

    private async Task<string> RunnerAsync(ProjectRow project)
    {
        var answer = await Owner.Client.PostApiAsync("user/runners", new { runner_type = "project_type", project_id = project.Id });
        Assert.Equal(201, answer.Status);
        return answer["id"].ToString();
    }

    /// <summary>A runner that another project lends to this one.</summary>
    private async Task<string> SharedRunnerAsync(ProjectRow project)
    {
        var runner = await RunnerAsync(_other!);
        await MadeAsync(project, "runners", new { runner_id = long.Parse(runner) });
        return runner;
    }

    private async Task<string> VariableAsync(ProjectRow project, string by)
    {
        var key = await MadeAsync(project, "variables", new { key = Name(), value = "v" }, "key");
        return by == "key" ? key : $"{await IdAsync("SELECT id FROM ci_variables WHERE name = @key", new { key })}";
    }

    private async Task<string> ImagesAsync(ProjectRow project)
    {
        var id = await IdAsync(
            "INSERT INTO registry_repositories (project_id, name, created_at) VALUES (@Id, @name, 0) RETURNING id",
            new { project.Id, name = Name() }
        );
        await IdAsync(
            """
            INSERT INTO registry_manifests (repository_id, digest, media_type, size, created_at, content)
            VALUES (@id, @s_digest, @OciImage, @Length, 0, @s_manifest) RETURNING id
            """,
            new
            {
                id,
                s_digest,
                Images.OciImage,
                Length = (long)s_manifest.Length,
                s_manifest,
            }
        );
        await IdAsync(
            """
            INSERT INTO registry_tags (repository_id, name, name_key, manifest_id, created_at, updated_at)
            SELECT @id, 'latest', @key, id, 0, 0 FROM registry_manifests WHERE repository_id = @id RETURNING id
            """,
            new { id, key = "latest"u8.ToArray() }
        );
        return $"{id}";
    }

    /// <summary>The newest good pipeline of the default branch, with an archive in its job.</summary>
    /// <returns>Its branch.</returns>
    private async Task<string> LatestAsync(ProjectRow project)
    {
        var job = await FinishedAsync(project);
        await Server.Db.ExecuteAsync(
            "UPDATE pipelines SET ref = 'main', status = 'success' WHERE id = (SELECT pipeline_id FROM jobs WHERE id = @job)",
            new { job },
            Ct
        );
        return "main";
    }

    /// <summary>A job that has left an archive.</summary>
    private async Task<long> FinishedAsync(ProjectRow project)
    {
        var job = await JobAsync(project);
        using var bytes = new MemoryStream(ArtifactTests.Zip(("a.txt", "a"), ("folder/b.txt", "b")));
        var stored = (BlobPut.Stored)await Server.Services.GetRequiredService<IBlobStore>().PutAsync(bytes, null, long.MaxValue, Ct);
        await Server.Db.ExecuteAsync("UPDATE jobs SET status = 'success' WHERE id = @Id", job, Ct);
        await IdAsync(
            """
            INSERT INTO artifacts (job_id, project_id, file_type, file_format, filename, size, blob, access, created_at, locked)
            VALUES (@Id, @ProjectId, 'archive', 'zip', 'artifacts.zip', @Length, @blob, 'all', 0, 0) RETURNING id
            """,
            new
            {
                job.Id,
                job.ProjectId,
                stored.Blob.Length,
                blob = stored.Blob.Digest.ToString(),
            }
        );
        return job.Id;
    }

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
