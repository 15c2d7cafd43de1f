using Slipway.Server.Data;
using Slipway.Server.Tests.Git;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Environments;

/// <summary>Deployments that are done elsewhere and told of. https://docs.gitlab.com/api/deployments/</summary>
public sealed class DeploymentsApiTests
{
    [Theory, EveryDatabase]
    public async Task Somebody_tells_of_a_deployment_and_how_it_ended(DatabaseKind kind)
    {
        await using var server = await GitServer.StartAsync(kind: kind);
        var git = await server.WorkAsync();
        await git.OkAsync("push", "-q", "origin", "main");
        var sha = (await server.RefsAsync())["main"];
        var path = $"projects/{server.Project.Id}/deployments";
        var client = server.Owner.Client;

        var made = await client.PostApiAsync(path, Told("running"));
        Assert.Equal((201, "running", 1L), (made.Status, made["status"].GetString(), made["iid"].GetInt64()));
        Assert.Equal("production", made["environment"].GetProperty("name").GetString());
        var id = made["id"].GetInt64();
        Assert.Equal(400, (await client.PutApiAsync($"{path}/{id}", new { status = "running" })).Status);
        Assert.Equal("success", (await client.PutApiAsync($"{path}/{id}", new { status = "success" }))["status"].GetString());
        Assert.Equal(2, (await client.PostApiAsync(path, Told("failed")))["iid"].GetInt64());

        Assert.Equal([1L, 2L], await IidsAsync("?environment=production"));
        Assert.Equal([2L, 1L], await IidsAsync("?order_by=created_at&sort=desc"));
        Assert.Equal([2L], await IidsAsync("?status=failed&updated_after=2020-01-01T00:00:00Z"));
        Assert.Empty(await IidsAsync("?finished_before=2020-01-01"));
        foreach (var odd in (string[])["?order_by=odd", "?sort=odd", "?status=odd", "?updated_after=odd"])
            Assert.Equal(400, (await client.GetApiAsync(path + odd)).Status);

        Assert.Equal(400, (await client.DeleteApiAsync($"{path}/{id}")).Status);
        Assert.Equal(204, (await client.DeleteApiAsync($"{path}/{id + 1}")).Status);
        Assert.Equal(404, (await client.GetApiAsync($"{path}/{id + 1}")).Status);
        Assert.Equal("success", (await client.GetApiAsync($"{path}/{id}"))["status"].GetString());

        Assert.Equal(400, (await client.PostApiAsync(path, Told("odd"))).Status);
        Assert.Equal(400, (await client.PostApiAsync(path, Told("success", @ref: "nowhere"))).Status);
        Assert.Equal(400, (await client.PostApiAsync(path, Told("success", commit: new string('9', 40)))).Status);
        Assert.Equal(400, (await client.PostApiAsync(path, Told("success", where: "/"))).Status);
        Assert.Equal(400, (await client.PostApiAsync(path, new { environment = "x" })).Status);

        object Told(string status, string @ref = "main", string? commit = null, string where = "production") =>
            new
            {
                environment = where,
                sha = commit ?? sha,
                @ref,
                tag = false,
                status,
            };

        async Task<IEnumerable<long>> IidsAsync(string query) =>
            (await client.GetApiAsync(path + query)).Json.EnumerateArray().Select(one => one.GetProperty("iid").GetInt64());
    }
}
