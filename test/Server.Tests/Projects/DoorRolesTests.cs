using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Tests.Registry;
using Slipway.Server.Tests.Registry.Proxy;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Projects;

/// <summary>
/// Security row S34 for the doors that look at credentials of their own, which <see cref="RouteRolesTests"/> leaves out: Git, large files, images and triggers.
/// Those of the dependency proxy, which is a group's, are in <see cref="ProxyRolesTests"/>.
/// </summary>
public sealed class DoorRolesTests
{
    private const string OfNothing = "0000000000000000000000000000000000000000000000000000000000000000";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Who asks, in the order of the statuses below. A stranger is a member of nothing.</summary>
    private static readonly string[] s_askers =
    [
        "anonymous",
        "stranger",
        "guest",
        "planner",
        "reporter",
        "developer",
        "maintainer",
        "owner",
    ];

    private static readonly Dictionary<string, Func<RouteRoom, Asker, ProjectRow, Task<(int Status, string Text)>>> s_doors = new()
    {
        ["git fetch"] = (room, who, project) => GitAsync(room, who, $"/{project.FullPath}.git/info/refs?service=git-upload-pack"),
        ["git push"] = (room, who, project) => GitAsync(room, who, $"/{project.FullPath}.git/info/refs?service=git-receive-pack"),
        ["lfs download"] = (room, who, project) => LargeFileAsync(room, who, project, "download"),
        ["lfs upload"] = (room, who, project) => LargeFileAsync(room, who, project, "upload"),
        ["image pull"] = (room, who, project) => ImageAsync(room, who, "GET", $"/v2/{project.FullPath}/app/tags/list"),
        ["image push"] = (room, who, project) => ImageAsync(room, who, "POST", $"/v2/{project.FullPath}/app/blobs/uploads/"),
        ["image delete"] = (room, who, project) => ImageAsync(room, who, "DELETE", $"/v2/{project.FullPath}/app/manifests/latest"),
        ["his trigger"] = TriggerAsync,
        ["his job"] = JobAsync,
    };

    [Theory]
    [InlineData("git fetch", "private", "401 404 403 403 200 200 200 200")]
    [InlineData("git fetch", "internal", "401 200 200 200 200 200 200 200")]
    [InlineData("git fetch", "public", "200 200 200 200 200 200 200 200")]
    [InlineData("git push", "private", "401 404 403 403 403 200 200 200")]
    [InlineData("git push", "internal", "401 403 403 403 403 200 200 200")]
    [InlineData("git push", "public", "401 403 403 403 403 200 200 200")]
    [InlineData("lfs download", "private", "401 404 403 403 200 200 200 200")]
    [InlineData("lfs download", "internal", "401 200 200 200 200 200 200 200")]
    [InlineData("lfs download", "public", "200 200 200 200 200 200 200 200")]
    [InlineData("lfs upload", "private", "401 404 403 403 403 200 200 200")]
    [InlineData("lfs upload", "internal", "401 403 403 403 403 200 200 200")]
    [InlineData("lfs upload", "public", "401 403 403 403 403 200 200 200")]
    [InlineData("image pull", "private", "401 401 401 401 200 200 200 200")]
    [InlineData("image pull", "internal", "401 200 200 200 200 200 200 200")]
    [InlineData("image pull", "public", "200 200 200 200 200 200 200 200")]
    [InlineData("image push", "private", "401 401 401 401 401 202 202 202")]
    [InlineData("image push", "internal", "401 401 401 401 401 202 202 202")]
    [InlineData("image push", "public", "401 401 401 401 401 202 202 202")]
    [InlineData("image delete", "private", "401 401 401 401 401 404 404 404")]
    [InlineData("image delete", "internal", "401 401 401 401 401 404 404 404")]
    [InlineData("image delete", "public", "401 401 401 401 401 404 404 404")]
    [InlineData("his trigger", "private", "404 400 400 400 400 201 201 201")]
    [InlineData("his trigger", "internal", "404 400 400 400 400 201 201 201")]
    [InlineData("his trigger", "public", "404 400 400 400 400 201 201 201")]
    [InlineData("his job", "private", "404 404 404 404 404 201 201 201")]
    [InlineData("his job", "internal", "404 404 404 404 404 201 201 201")]
    [InlineData("his job", "public", "404 404 404 404 404 201 201 201")]
    public async Task A_door_opens_for_these_roles(string door, string visibility, string expected)
    {
        await using var room = await RouteRoom.OpenAsync();
        Assert.Equal(s_askers, room.Askers.Select(who => who.Name));
        var project = await room.ProjectAsync(visibility);
        await room.Server.Db.ExecuteAsync(
            "INSERT INTO registry_repositories (project_id, name, created_at) VALUES (@Id, 'app', 0)",
            new { project.Id },
            Ct
        );
        var missing = project with { FullPath = project.FullPath + "x", Id = project.Id + 1_000_000 };
        var statuses = new List<int>();
        foreach (var who in room.Askers)
        {
            var said = await s_doors[door](room, who, project);
            statuses.Add(said.Status);
            // Whoever may not know of it is told what he is told of one that is not there.
            if ((visibility, who.Name) is ("private", "stranger") or ("private" or "internal", "anonymous") && !door.StartsWith("his"))
            {
                var nothing = await s_doors[door](room, who, missing);
                Assert.Equal((nothing.Status, nothing.Text.Replace(missing.FullPath, project.FullPath)), said);
            }
        }

        Assert.Equal((door, visibility, expected), (door, visibility, string.Join(' ', statuses)));
    }

    private static Task<(int, string)> GitAsync(RouteRoom room, Asker who, string path) =>
        SendAsync(room, new HttpRequestMessage(HttpMethod.Get, path), who);

    private static Task<(int, string)> LargeFileAsync(RouteRoom room, Asker who, ProjectRow project, string operation)
    {
        var batch = new { operation, objects = new[] { new { oid = OfNothing, size = 1 } } };
        var request = new HttpRequestMessage(HttpMethod.Post, $"/{project.FullPath}.git/info/lfs/objects/batch");
        request.Content = JsonContent.Create(batch, new MediaTypeHeaderValue("application/vnd.git-lfs+json"));
        return SendAsync(room, request, who);
    }

    private static async Task<(int, string)> ImageAsync(RouteRoom room, Asker who, string method, string path)
    {
        using var client = new RegistryClient(room.Server.Address, who.User is null ? null : who.Name, who.User?.Token);
        var said = await client.SendAsync(method, path, null);
        return (said.Status, said.Text);
    }

    /// <summary>A trigger token is as much as its owner now may; nobody has one that was never given.</summary>
    private static async Task<(int, string)> TriggerAsync(RouteRoom room, Asker who, ProjectRow project)
    {
        var token = "glptt-0000000000000000000000000000000000000000";
        if (who.User is { } user)
        {
            var made = await room.Owner.Client.PostApiAsync($"projects/{project.Id}/triggers", new { description = who.Name });
            token = made["token"].GetString()!;
            await room.Server.Db.ExecuteAsync(
                "UPDATE pipeline_triggers SET owner_id = @user WHERE id = @id",
                new { user = user.Id, id = made["id"].GetInt64() },
                Ct
            );
        }

        return await StartAsync(room, project, token);
    }

    /// <summary>The token of a job of another project, which this one lets in.</summary>
    private static async Task<(int, string)> JobAsync(RouteRoom room, Asker who, ProjectRow project)
    {
        var token = Tokens.Create(Tokens.Job);
        if (who.User is { } user)
        {
            await Rows.JobAsync(room.Server.Db, room.Other.Id, user.Id, Tokens.Hash(token));
            await room.Owner.Client.PostApiAsync(
                $"projects/{project.Id}/job_token_scope/allowlist",
                new { target_project_id = room.Other.Id }
            );
        }

        return await StartAsync(room, project, token);
    }

    private static async Task<(int, string)> StartAsync(RouteRoom room, ProjectRow project, string token)
    {
        var answer = await room.Server.Anonymous.PostApiAsync($"projects/{project.Id}/trigger/pipeline", new { token, @ref = "feature" });
        return (answer.Status, answer.Text);
    }

    private static async Task<(int, string)> SendAsync(RouteRoom room, HttpRequestMessage request, Asker who)
    {
        using (request)
        {
            if (who.User is { } user)
                request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{who.Name}:{user.Token}")));
            using var client = new HttpClient { BaseAddress = room.Server.Address };
            using var answer = await client.SendAsync(request, Ct);
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Ct));
        }
    }
}
