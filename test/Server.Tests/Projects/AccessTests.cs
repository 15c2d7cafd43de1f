using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Projects;

/// <summary>Who comes how far over HTTP: roles from the project, from groups above, from ownership; tokens that are not people's.</summary>
public sealed class AccessTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task What_one_may_not_see_is_not_there(DatabaseKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var (owner, stranger) = (await server.UserAsync(), await server.UserAsync());
        var projects = new Dictionary<string, ProjectRow>();
        foreach (var visibility in (string[])["private", "internal", "public"])
            projects[visibility] = await server.ProjectAsync(owner.Row, visibility: visibility);
        foreach (
            var (who, visibility, get, put) in (IEnumerable<(HttpClient, string, int, int)>)
                [
                    (server.Anonymous, "private", 404, 401),
                    (server.Anonymous, "internal", 404, 401),
                    (server.Anonymous, "public", 200, 401),
                    (stranger.Client, "private", 404, 404),
                    (stranger.Client, "internal", 200, 403),
                    (stranger.Client, "public", 200, 403),
                    (owner.Client, "private", 200, 200),
                ]
        )
        {
            var path = $"projects/{projects[visibility].Id}";
            Assert.Equal((visibility, get), (visibility, (await who.GetApiAsync(path)).Status));
            Assert.Equal((visibility, put), (visibility, (await who.PutApiAsync(path, new { description = "d" })).Status));
        }

        var missing = await stranger.Client.GetApiAsync("projects/999");
        var hidden = await stranger.Client.GetApiAsync($"projects/{projects["private"].Id}");
        Assert.Equal((missing.Status, missing.Text), (hidden.Status, hidden.Text));
        Assert.Equal("""{"message":"404 Project Not Found"}""", missing.Text);
        Assert.Equal(
            (await server.Anonymous.PutApiAsync("projects/999")).Text,
            (await server.Anonymous.PutApiAsync($"projects/{projects["private"].Id}")).Text
        );
    }

    [Theory, EveryDatabase]
    public async Task A_project_is_found_by_number_and_by_path_in_any_case(DatabaseKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var owner = await server.UserAsync("Ada");
        var group = await server.GroupAsync(owner.Row, "Team");
        var below = await server.GroupAsync(owner.Row, "Sub", above: group);
        var project = await server.ProjectAsync(owner.Row, "App.js", group: below);
        foreach (var name in (string[])[$"{project.Id}", "Team%2FSub%2FApp.js", "team%2fsub%2fapp.JS"])
            Assert.Equal(project.Id, (await owner.Client.GetApiAsync("projects/" + name))["id"].GetInt64());
        foreach (var name in (string[])["Team%2FSub", "Team%2FSub%2FApp.js%2F", "..%2FTeam%2FSub%2FApp.js", "-1", "99999999999999999999"])
            Assert.Equal((name, 404), (name, (await owner.Client.GetApiAsync("projects/" + name)).Status));
        Assert.Equal("Team / Sub", (await owner.Client.GetApiAsync("groups/team%2Fsub"))["full_name"].GetString());
    }

    [Theory, EveryDatabase]
    public async Task The_highest_of_all_roles_counts_until_it_expires(DatabaseKind kind)
    {
        var clock = new Clock();
        await using var server = await TestServer.StartAsync(kind, clock);
        var (owner, user) = (await server.UserAsync(), await server.UserAsync());
        var top = await server.GroupAsync(owner.Row);
        var below = await server.GroupAsync(owner.Row, above: top);
        var project = await server.ProjectAsync(owner.Row, group: below);
        Assert.Equal(Role.None, await RoleAsync());
        await server.JoinAsync(new MemberOf.Group(top.Id), user.Row, Role.Reporter);
        Assert.Equal(Role.Reporter, await RoleAsync());
        await server.JoinAsync(new MemberOf.Project(project.Id), user.Row, Role.Guest);
        Assert.Equal(Role.Reporter, await RoleAsync());
        await server.JoinAsync(new MemberOf.Group(below.Id), user.Row, Role.Maintainer, clock.Milliseconds() + 1000);
        Assert.Equal(Role.Maintainer, await RoleAsync());
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Role.Reporter, await RoleAsync());
        await server.JoinAsync(new MemberOf.Project(project.Id), user.Row, Role.Developer);
        Assert.Equal(Role.Developer, await RoleAsync());
        Assert.Equal(Role.Owner, await Roles.InProjectAsync(server.Db, owner.Row, project, clock.Milliseconds(), Ct));
        var admin = await server.AdminAsync();
        Assert.Equal(Role.Owner, await Roles.InProjectAsync(server.Db, admin.Row, project, clock.Milliseconds(), Ct));

        Task<Role> RoleAsync() => Roles.InProjectAsync(server.Db, user.Row, project, clock.Milliseconds(), Ct);
    }

    [Theory, EveryDatabase]
    public async Task Who_owns_a_namespace_owns_what_is_in_it(DatabaseKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var (ada, bob) = (await server.UserAsync(), await server.UserAsync());
        var project = await server.ProjectAsync(ada.Row);
        await server.Db.ExecuteAsync("DELETE FROM members", null, Ct);
        Assert.Equal(Role.Owner, await Roles.InProjectAsync(server.Db, ada.Row, project, 0, Ct));
        Assert.Equal(Role.None, await Roles.InProjectAsync(server.Db, bob.Row, project, 0, Ct));
    }

    [Theory, EveryDatabase]
    public async Task A_jobs_token_opens_its_own_project_and_those_that_let_it_in(DatabaseKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var user = await server.UserAsync();
        var group = await server.GroupAsync(user.Row);
        var (own, other) = (await server.ProjectAsync(user.Row, group: group), await server.ProjectAsync(user.Row));
        var token = Tokens.Create(Tokens.Job);
        await Rows.JobAsync(server.Db, own.Id, user.Id, Tokens.Hash(token));
        var job = new Actor.Job(1, 1, own.Id, user.Row);
        Assert.True(await MayAsync(own));
        Assert.False(await MayAsync(other));
        Assert.Equal(
            201,
            (await user.Client.PostApiAsync($"projects/{other.Id}/job_token_scope/allowlist", new { target_project_id = own.Id })).Status
        );
        Assert.True(await MayAsync(other));
        Assert.Equal(204, (await user.Client.DeleteApiAsync($"projects/{other.Id}/job_token_scope/allowlist/{own.Id}")).Status);
        Assert.False(await MayAsync(other));
        Assert.Equal(
            201,
            (
                await user.Client.PostApiAsync($"projects/{other.Id}/job_token_scope/groups_allowlist", new { target_group_id = group.Id })
            ).Status
        );
        Assert.True(await MayAsync(other));

        using var client = server.Client(null);
        client.DefaultRequestHeaders.Add("JOB-TOKEN", token);
        Assert.Equal(404, (await client.GetApiAsync($"projects/{own.Id}")).Status);
        Assert.Equal(401, (await client.GetApiAsync("user")).Status);
        Assert.Equal(401, (await client.PutApiAsync($"projects/{own.Id}", new { description = "x" })).Status);

        async Task<bool> MayAsync(ProjectRow project) =>
            await ProjectAccess.CheckAsync(server.Db, job, project, Abilities.ReadCode, Scopes.Api, true, 0, Ct) is Verdict.Allowed;
    }

    [Theory, EveryDatabase]
    public async Task A_deploy_token_of_a_group_reads_what_is_below(DatabaseKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var user = await server.UserAsync();
        var top = await server.GroupAsync(user.Row);
        var below = await server.GroupAsync(user.Row, above: top);
        var (inside, outside) = (await server.ProjectAsync(user.Row, group: below), await server.ProjectAsync(user.Row));
        Assert.True(await MayAsync(new Actor.Deploy(1, "d", Scopes.ReadRepository, null, top.Id), inside));
        Assert.False(await MayAsync(new Actor.Deploy(1, "d", Scopes.ReadRepository, null, top.Id), outside));
        Assert.True(await MayAsync(new Actor.Deploy(1, "d", Scopes.ReadRepository, inside.Id, null), inside));
        Assert.False(await MayAsync(new Actor.Deploy(1, "d", Scopes.ReadRepository, outside.Id, null), inside));

        async Task<bool> MayAsync(Actor deploy, ProjectRow project) =>
            await ProjectAccess.CheckAsync(server.Db, deploy, project, Abilities.ReadCode, Scopes.ReadRepository, true, 0, Ct)
            is Verdict.Allowed;
    }

    [Theory, EveryDatabase]
    public async Task Lists_hold_only_what_one_may_see(DatabaseKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var (owner, member, stranger, admin) = (
            await server.UserAsync("o"),
            await server.UserAsync("m"),
            await server.UserAsync("x"),
            await server.AdminAsync("a")
        );
        var top = await server.GroupAsync(owner.Row, "top");
        var below = await server.GroupAsync(owner.Row, "below", above: top);
        await server.ProjectAsync(owner.Row, "deep", group: below);
        await server.ProjectAsync(owner.Row, "mine");
        await server.ProjectAsync(owner.Row, "inside", "internal");
        await server.ProjectAsync(owner.Row, "open", "public");
        await server.JoinAsync(new MemberOf.Group(top.Id), member.Row, Role.Reporter);
        foreach (
            var (who, query, expected) in (IEnumerable<(HttpClient, string, string)>)
                [
                    (server.Anonymous, "projects", "open"),
                    (stranger.Client, "projects", "inside open"),
                    (member.Client, "projects", "deep inside open"),
                    (owner.Client, "projects", "deep inside mine open"),
                    (admin.Client, "projects", "deep inside mine open"),
                    (member.Client, "projects?membership=true", "deep"),
                    (member.Client, "projects?min_access_level=20", "deep"),
                    (member.Client, "projects?min_access_level=30", ""),
                    (owner.Client, "projects?owned=true", "inside mine open"),
                    (owner.Client, "projects?visibility=private", "deep mine"),
                    (owner.Client, "projects?search=E&simple=true", "deep inside mine open"),
                    (owner.Client, "projects?search=_", ""),
                    (member.Client, "groups/top/projects", ""),
                    (member.Client, "groups/top/projects?include_subgroups=true", "deep"),
                    (stranger.Client, "users/o/projects", "inside open"),
                    (server.Anonymous, "users/o/projects", "open"),
                    (member.Client, "groups", "below top"),
                    (stranger.Client, "groups", ""),
                    (server.Anonymous, "groups", ""),
                    (member.Client, "groups?top_level_only=true", "top"),
                    (owner.Client, "groups?owned=true", "below top"),
                    (member.Client, "groups?owned=true", ""),
                    (member.Client, "groups/top/subgroups", "below"),
                    (member.Client, "groups/top/descendant_groups", "below"),
                    (member.Client, "namespaces", "below m top"),
                    (stranger.Client, "namespaces", "x"),
                ]
        )
        {
            var answer = await who.GetApiAsync(query);
            Assert.Equal((query, 200), (query, answer.Status));
            var paths = answer.Json.EnumerateArray().Select(item => item.GetProperty("path").GetString()!).Order(StringComparer.Ordinal);
            Assert.Equal((query, expected), (query, string.Join(' ', paths)));
        }

        Assert.Equal(404, (await stranger.Client.GetApiAsync("groups/top")).Status);
        Assert.Equal(404, (await stranger.Client.GetApiAsync("namespaces/top")).Status);
        Assert.Equal(404, (await server.Anonymous.GetApiAsync("groups/top")).Status);
    }

    [Theory, EveryDatabase]
    public async Task A_member_of_a_project_sees_the_groups_above_it(DatabaseKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var (owner, guest) = (await server.UserAsync(), await server.UserAsync());
        var top = await server.GroupAsync(owner.Row, "top");
        var below = await server.GroupAsync(owner.Row, "below", above: top);
        var project = await server.ProjectAsync(owner.Row, group: below);
        await server.JoinAsync(new MemberOf.Project(project.Id), guest.Row, Role.Guest);
        Assert.Equal(2, (await guest.Client.GetApiAsync("groups")).Json.GetArrayLength());
        Assert.Equal(200, (await guest.Client.GetApiAsync("groups/top")).Status);
        Assert.Equal(200, (await guest.Client.GetApiAsync("groups/top%2Fbelow")).Status);
        Assert.Equal(403, (await guest.Client.PutApiAsync("groups/top", new { name = "x" })).Status);
    }
}
