using Slipway.Compiler;
using Slipway.Server.Git;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Git;

/// <summary>The real git against a whole server.</summary>
public sealed class PushAndFetchTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task What_is_pushed_can_be_cloned_and_is_told_to_whoever_makes_pipelines(DatabaseKind kind)
    {
        await using var server = await GitServer.StartAsync(kind: kind);
        var git = await server.WorkAsync();
        var sha = await git.LineAsync("rev-parse", "HEAD");

        var push = await git.RunAsync("push", "-o", "ci.variable=A=b c", "-o", "ci.skip", "origin", "main");

        Assert.True(push.Ok, push.Said);
        Assert.Contains($"remote:   {server.Server.Address}ada/app/-/pipelines?ref=main", push.Said);
        Assert.Equal(sha, (await server.RefsAsync())["main"]);
        var told = Assert.Single(await server.PushedAsync());
        Assert.Equal((server.Project.Id, server.Owner.Id), (told.ProjectId, told.UserId));
        Assert.Equal([new RefUpdate("refs/heads/main", CommitFacts.ZeroSha, sha)], told.Refs);
        Assert.Equal(["ci.variable=A=b c", "ci.skip"], told.Options);
        Assert.Equal("main", await server.Server.Db.FindAsync<string>("SELECT default_branch FROM projects", null, Ct));
        Assert.Equal(40, await server.Server.Db.FindAsync<long>("SELECT push_level FROM protected_refs WHERE name = 'main'", null, Ct));
        Assert.Equal(0, await server.Server.Db.FindAsync<long>("SELECT COUNT(*) FROM push_intents", null, Ct));

        foreach (var version in new[] { "0", "1", "2" })
        {
            var (clone, result) = await server.CloneAsync(server.Url, "clone" + version, "-c", $"protocol.version={version}");
            Assert.True(result.Ok, result.Said);
            Assert.Equal(sha, await clone.LineAsync("rev-parse", "origin/main"));
            Assert.Equal("1\n", await File.ReadAllTextAsync(Path.Combine(clone.Folder, "a.txt"), Ct));
        }

        Assert.Contains("Everything up-to-date", (await git.RunAsync("push", "origin", "main")).Said);
        Assert.Single(await server.PushedAsync());
        await server.CheckAsync();
    }

    [Fact]
    public async Task Refs_are_made_moved_forced_and_deleted()
    {
        await using var server = await GitServer.StartAsync();
        var git = await server.WorkAsync();
        var first = await git.LineAsync("rev-parse", "HEAD");
        await git.OkAsync("push", "-q", "origin", "main");
        await git.OkAsync("tag", "-a", "v1", "-m", "one");
        await git.OkAsync("branch", "b1");
        await git.OkAsync("branch", "b2");

        await git.OkAsync("push", "-q", "origin", "b1", "b2", "v1", "HEAD:refs/notes/x");
        Assert.Equal(4, (await server.PushedAsync())[0].Refs.Count);
        Assert.Equal(5, (await server.RefsAsync()).Count);

        await git.OkAsync("checkout", "-q", "b1");
        var second = await git.CommitAsync("two", ("b.txt", "2"));
        await git.OkAsync("push", "-q", "origin", "b1");
        Assert.Equal([new RefUpdate("refs/heads/b1", first, second)], (await server.PushedAsync())[0].Refs);
        await git.OkAsync("commit", "-q", "--amend", "-m", "other");
        Assert.Contains("non-fast-forward", (await git.RunAsync("push", "origin", "b1")).Said);
        await git.OkAsync("push", "-q", "-f", "origin", "b1");
        Assert.Equal(await git.LineAsync("rev-parse", "b1"), (await server.RefsAsync())["b1"]);

        await git.OkAsync("push", "-q", "origin", ":b2", ":v1");
        Assert.Equal(CommitFacts.ZeroSha, (await server.PushedAsync())[0].Refs[0].New);
        Assert.Equal(["b1", "main", "refs/notes/x"], (await server.RefsAsync()).Keys.Order(StringComparer.Ordinal));
        await server.CheckAsync();
    }

    [Fact]
    public async Task Part_of_a_history_or_of_its_files_can_be_fetched_and_pushed_onto()
    {
        await using var server = await GitServer.StartAsync();
        var git = await server.WorkAsync();
        for (var n = 0; n < 5; n++)
            await git.CommitAsync($"{n}", ("a.txt", $"{n}\n"), ($"dir/{n}", $"{n}"));
        await git.OkAsync("push", "-q", "origin", "main");

        var (shallow, _) = await server.CloneAsync(server.Url, "shallow", "--depth", "1");
        Assert.Equal("1", await shallow.LineAsync("rev-list", "--count", "HEAD"));
        await shallow.CommitAsync("on top", ("new.txt", "x"));
        var pushed = await shallow.RunAsync("push", "origin", "HEAD:topic");
        Assert.True(pushed.Ok, pushed.Said);
        await shallow.OkAsync("fetch", "-q", "--deepen", "2");
        await shallow.OkAsync("fetch", "-q", "--unshallow");
        Assert.Equal("7", await shallow.LineAsync("rev-list", "--count", "HEAD"));

        var (partial, result) = await server.CloneAsync(server.Url, "partial", "--filter=blob:none", "--no-checkout");
        Assert.True(result.Ok, result.Said);
        Assert.Contains("\n?", await partial.OkAsync("rev-list", "--objects", "--all", "--missing=print"));
        await partial.OkAsync("checkout", "-q", "main");
        Assert.Equal("4\n", await File.ReadAllTextAsync(Path.Combine(partial.Folder, "a.txt"), Ct));
        await server.CheckAsync();
    }

    [Fact]
    public async Task A_pipelines_ref_can_be_fetched_and_neither_seen_by_a_clone_nor_pushed()
    {
        await using var server = await GitServer.StartAsync();
        var git = await server.WorkAsync();
        await git.OkAsync("push", "-q", "origin", "main");
        var sha = await git.LineAsync("rev-parse", "HEAD");
        await server.Repository.SetRefAsync("refs/pipelines/7", sha, Ct);
        await server.Repository.SetRefAsync("refs/slipway/hidden", sha, Ct);

        await git.OkAsync("fetch", "-q", "origin", "+refs/pipelines/7:refs/pipelines/7", "--depth", "1");
        Assert.False((await git.RunAsync("fetch", "-q", "origin", "refs/slipway/hidden")).Ok);
        var (clone, result) = await server.CloneAsync(server.Url, "clone");
        Assert.True(result.Ok, result.Said);
        Assert.DoesNotContain("pipelines", await clone.OkAsync("for-each-ref"));
        var push = await git.RunAsync("push", "origin", "HEAD:refs/pipelines/8", "HEAD:refs/heads/fine");
        Assert.Contains("(deny updating a hidden ref)", push.Said);
        Assert.Equal(["fine", "main"], (await server.RefsAsync()).Keys.Where(name => !name.StartsWith("refs/")).Order());
    }

    [Fact]
    public async Task A_push_makes_a_project_where_its_user_may_and_nowhere_else()
    {
        await using var server = await GitServer.StartAsync();
        var git = await server.WorkAsync();
        var other = await server.Server.UserAsync("eve");
        var reader = await server.Server.TokenAsync(server.Owner.Row, Scopes.ReadRepository);

        var push = await git.RunAsync("push", server.UrlOf("ada", server.Owner.Token, "ada/made.git"), "HEAD:trunk");
        Assert.True(push.Ok, push.Said);
        var made = await Lookup.ProjectAsync(server.Server.Db, "ada/made", Ct);
        Assert.Equal(("private", "trunk"), (made!.Visibility, made.DefaultBranch));
        var (clone, _) = await server.CloneAsync(server.UrlOf("ada", server.Owner.Token, "ada/made"), "clone");
        Assert.Equal("trunk", await clone.LineAsync("branch", "--show-current"));

        foreach (
            var url in new[]
            {
                server.UrlOf("eve", other.Token, "ada/mine.git"),
                server.UrlOf("ada", server.Owner.Token, "nowhere/app.git"),
                server.UrlOf("ada", reader, "ada/third.git"),
                server.UrlOf("ada", server.Owner.Token, "ada/bad name.git").Replace(" ", "%20"),
            }
        )
            Assert.Contains("not found", (await git.RunAsync("push", url, "main")).Said);
        Assert.Equal(2, await server.Server.Db.FindAsync<long>("SELECT COUNT(*) FROM projects", null, Ct));
    }

    [Fact]
    public async Task Many_push_at_once_and_nothing_is_lost()
    {
        await using var server = await GitServer.StartAsync();
        var git = await server.WorkAsync();
        await git.OkAsync("push", "-q", "origin", "main");
        await Task.WhenAll(
            Enumerable
                .Range(0, 6)
                .Select(async n =>
                {
                    var client = await server.WorkAsync($"work{n}");
                    await client.CommitAsync($"by {n}", ($"file{n}", $"{n}"));
                    await client.OkAsync("push", "-q", "origin", $"HEAD:branch{n}");
                })
        );
        Assert.Equal(7, (await server.RefsAsync()).Count);
        Assert.Equal(7, (await server.PushedAsync()).Count);
        Assert.Empty(Directory.GetDirectories(Path.Combine(server.Repository.Path, "incoming")));
        await server.CheckAsync();
    }
}
