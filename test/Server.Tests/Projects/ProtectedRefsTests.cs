using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Projects;

public sealed class ProtectedRefsTests
{
    [Theory]
    [InlineData("main", "main", true)]
    [InlineData("main", "Main", false)]
    [InlineData("main", "main2", false)]
    [InlineData("*", "", true)]
    [InlineData("*", "a/b", true)]
    [InlineData("release/*", "release/1/2", true)]
    [InlineData("release/*", "release/", true)]
    [InlineData("release/*", "release", false)]
    [InlineData("*-stable", "1-2-stable", true)]
    [InlineData("*-stable", "1-stable-2", false)]
    [InlineData("v*.*", "v1.2.3", true)]
    [InlineData("v*.*", "v1", false)]
    [InlineData("**", "x", true)]
    [InlineData("a*b*c", "aXbYbZc", true)]
    [InlineData("a*b*c", "aXbYbZ", false)]
    [InlineData("a.c", "abc", false)]
    [InlineData("[ab]", "a", false)]
    public void A_star_stands_for_anything_and_all_else_for_itself(string pattern, string name, bool match) =>
        Assert.Equal(match, ProtectedRefs.IsMatch(pattern, name));

    [Fact]
    public void A_hostile_pattern_takes_no_long_time() =>
        Assert.False(ProtectedRefs.IsMatch(string.Concat(Enumerable.Repeat("*a", 2000)) + "b", new string('a', 4000)));

    [Fact]
    public void Without_a_rule_developers_push()
    {
        var free = ProtectedRefs.Match([], "main");
        Assert.False(free.IsProtected);
        Assert.True(free.AllowForcePush);
        Assert.True(free.MayPush(Role.Developer, false));
        Assert.False(free.MayPush(Role.Reporter, false));
    }

    [Fact]
    public void Of_several_rules_the_one_that_lets_more_counts()
    {
        var both = ProtectedRefs.Match([Rule("main", push: 40, force: 0), Rule("m*", push: 30, force: 1)], "main");
        Assert.Equal((true, 30L, true), (both.IsProtected, both.PushLevel, both.AllowForcePush));
    }

    [Theory]
    [InlineData(0, nameof(Role.Owner), false, false)]
    [InlineData(0, nameof(Role.Owner), true, false)]
    [InlineData(60, nameof(Role.Owner), false, false)]
    [InlineData(60, nameof(Role.Owner), true, true)]
    [InlineData(40, nameof(Role.Developer), false, false)]
    [InlineData(40, nameof(Role.Maintainer), false, true)]
    [InlineData(30, nameof(Role.Developer), false, true)]
    [InlineData(30, nameof(Role.None), false, false)]
    public void A_level_is_the_least_that_may_push(long level, string role, bool admin, bool may) =>
        Assert.Equal(may, ProtectedRefs.Match([Rule("main", level, 0)], "main").MayPush(Enum.Parse<Role>(role), admin));

    [Theory, EveryDatabase]
    public async Task The_first_branch_of_a_project_becomes_its_default_and_is_protected(DatabaseKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var owner = await server.UserAsync();
        var project = await server.ProjectAsync(owner.Row);
        var ct = CancellationToken.None;
        Assert.True(await server.Db.WriteAsync((session, t) => ProjectStore.SetDefaultBranchAsync(session, project.Id, "trunk", t), ct));
        Assert.False(await server.Db.WriteAsync((session, t) => ProjectStore.SetDefaultBranchAsync(session, project.Id, "other", t), ct));
        Assert.Equal(
            new RefProtection(true, 40, 40, false),
            await ProtectedRefs.MatchAsync(server.Db, project.Id, ProtectedRefs.Branch, "trunk", ct)
        );
        Assert.Equal(RefProtection.None, await ProtectedRefs.MatchAsync(server.Db, project.Id, ProtectedRefs.Branch, "other", ct));
        Assert.Equal(RefProtection.None, await ProtectedRefs.MatchAsync(server.Db, project.Id, ProtectedRefs.Tag, "trunk", ct));
        Assert.Equal("trunk", (await Lookup.ProjectAsync(server.Db, project.FullPath, ct))!.DefaultBranch);
    }

    private static ProtectedRefRow Rule(string name, long push, long force) => new(1, 1, "branch", name, push, 40, force);
}
