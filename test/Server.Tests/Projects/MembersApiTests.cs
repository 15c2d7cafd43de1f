using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Projects;

public sealed class MembersApiTests
{
    [Theory, EveryDatabase]
    public async Task Maintainers_add_change_and_remove_members_up_to_their_own_role(DatabaseKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var (owner, maintainer, user) = (await server.UserAsync("o"), await server.UserAsync("m"), await server.UserAsync("u"));
        var project = await server.ProjectAsync(owner.Row);
        var path = $"projects/{project.Id}/members";
        await server.JoinAsync(new MemberOf.Project(project.Id), maintainer.Row, Role.Maintainer);
        Assert.Equal(403, (await maintainer.Client.PostApiAsync(path, new { user_id = user.Id, access_level = 50 })).Status);
        var added = await maintainer.Client.PostApiAsync(
            path,
            new
            {
                user_id = user.Id,
                access_level = 30,
                expires_at = "2099-01-02",
            }
        );
        Assert.Equal((201, 30, "2099-01-02"), (added.Status, added["access_level"].GetInt32(), added["expires_at"].GetString()));
        Assert.Equal(409, (await maintainer.Client.PostApiAsync(path, new { user_id = user.Id, access_level = 30 })).Status);
        Assert.Equal(403, (await user.Client.PostApiAsync(path, new { user_id = user.Id, access_level = 30 })).Status);
        Assert.Equal(403, (await user.Client.PutApiAsync($"{path}/{user.Id}", new { access_level = 40 })).Status);
        Assert.Equal(403, (await user.Client.DeleteApiAsync($"{path}/{maintainer.Id}")).Status);
        Assert.Equal(403, (await maintainer.Client.PutApiAsync($"{path}/{owner.Id}", new { access_level = 30 })).Status);
        Assert.Equal(403, (await maintainer.Client.DeleteApiAsync($"{path}/{owner.Id}")).Status);
        Assert.Equal(20, (await maintainer.Client.PutApiAsync($"{path}/{user.Id}", new { access_level = 20 }))["access_level"].GetInt32());
        Assert.Equal(3, (await user.Client.GetApiAsync(path)).Json.GetArrayLength());
        Assert.False((await user.Client.GetApiAsync($"{path}/{user.Id}")).Json.TryGetProperty("email", out _));
        Assert.Equal(204, (await user.Client.DeleteApiAsync($"{path}/{user.Id}")).Status);
        Assert.Equal(404, (await maintainer.Client.GetApiAsync($"{path}/{user.Id}")).Status);
    }

    [Theory]
    [InlineData("""{"user_id":2}""", 400, "access_level is missing")]
    [InlineData("""{"user_id":2,"access_level":31}""", 400, "access_level does not have a valid value")]
    [InlineData("""{"user_id":2,"access_level":0}""", 400, "access_level does not have a valid value")]
    [InlineData("""{"access_level":30}""", 400, "exactly one parameter must be provided")]
    [InlineData("""{"user_id":99,"access_level":30}""", 404, "404 User Not Found")]
    [InlineData("""{"user_id":2,"access_level":30,"expires_at":"soon"}""", 400, "expires_at is invalid")]
    public async Task What_is_no_membership_is_refused(string body, int status, string why)
    {
        await using var server = await TestServer.StartAsync(DatabaseKind.Sqlite);
        var owner = await server.UserAsync();
        await server.UserAsync();
        var project = await server.ProjectAsync(owner.Row);
        var refused = await owner.Client.PostApiAsync(
            $"projects/{project.Id}/members",
            System.Text.Json.JsonDocument.Parse(body).RootElement
        );
        Assert.Equal(status, refused.Status);
        Assert.Contains(why, refused.Text);
    }

    [Theory, EveryDatabase]
    public async Task Inherited_members_are_listed_once_with_their_highest_role(DatabaseKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var (owner, user) = (await server.UserAsync("o"), await server.UserAsync("u"));
        var group = await server.GroupAsync(owner.Row);
        var project = await server.ProjectAsync(owner.Row, group: group);
        await server.JoinAsync(new MemberOf.Group(group.Id), user.Row, Role.Developer);
        await server.JoinAsync(new MemberOf.Project(project.Id), user.Row, Role.Guest);
        var own = await owner.Client.GetApiAsync($"projects/{project.Id}/members");
        Assert.Equal(
            [("u", 10)],
            own.Json.EnumerateArray().Select(m => (m.GetProperty("username").GetString()!, m.GetProperty("access_level").GetInt32()))
        );
        var all = await owner.Client.GetApiAsync($"projects/{project.Id}/members/all");
        Assert.Equal(
            [("o", 50), ("u", 30)],
            all.Json.EnumerateArray().Select(m => (m.GetProperty("username").GetString()!, m.GetProperty("access_level").GetInt32()))
        );
        Assert.Equal("2", all.Headers["X-Total"]);
        Assert.Equal(30, (await owner.Client.GetApiAsync($"projects/{project.Id}/members/all/{user.Id}"))["access_level"].GetInt32());
        Assert.Equal(1, (await owner.Client.GetApiAsync($"projects/{project.Id}/members/all?query=U")).Json.GetArrayLength());
    }

    [Theory, EveryDatabase]
    public async Task A_group_keeps_an_owner(DatabaseKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var (owner, other) = (await server.UserAsync(), await server.UserAsync());
        var group = await server.GroupAsync(owner.Row);
        var path = $"groups/{group.Id}/members";
        Assert.Equal(403, (await owner.Client.DeleteApiAsync($"{path}/{owner.Id}")).Status);
        Assert.Equal(403, (await owner.Client.PutApiAsync($"{path}/{owner.Id}", new { access_level = 40 })).Status);
        Assert.Equal(201, (await owner.Client.PostApiAsync(path, new { username = other.Row.Username, access_level = 50 })).Status);
        Assert.Equal(204, (await owner.Client.DeleteApiAsync($"{path}/{owner.Id}")).Status);
        Assert.Equal(404, (await owner.Client.GetApiAsync($"groups/{group.Id}")).Status);
    }
}
