using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Git;

/// <summary>Who may fetch and push what, asked with the real git.</summary>
public sealed class PushRightsTests
{
    private const string Denied = "HTTP Basic: Access denied";
    private const string Hidden = "The project you were looking for could not be found";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_credential_lets_in_whom_it_belongs_to_and_nobody_else()
    {
        await using var server = await GitServer.StartAsync();
        var git = await server.WorkAsync();
        await git.OkAsync("push", "-q", "origin", "main");
        var owner = server.Owner.Row;
        var withPassword = await server.Server.UserAsync("grace", password: "correct horse battery");
        await server.Server.JoinAsync(new MemberOf.Project(server.Project.Id), withPassword.Row, Role.Reporter);
        var expired = await server.Server.TokenAsync(owner, expiresAt: server.Server.Time.Milliseconds() - 1);
        var reads = await server.Server.TokenAsync(owner, Scopes.ReadRepository);
        var api = await server.Server.TokenAsync(owner, Scopes.ReadApi);
        var stranger = await server.Server.UserAsync("eve");

        foreach (
            var (url, said) in new (string, string?)[]
            {
                (server.UrlOf("anything", server.Owner.Token), null),
                (server.UrlOf("oauth2", reads), null),
                (server.UrlOf("grace", "correct%20horse%20battery"), null),
                (server.UrlOf("grace", "wrong"), Denied),
                (server.UrlOf("ada", "glpat-000000000000000000000000000"), Denied),
                (server.UrlOf("ada", expired), Denied),
                (server.UrlOf("ada", api), "You are not allowed to download code."),
                (server.UrlOf("eve", stranger.Token), Hidden),
                (server.UrlOf("eve", stranger.Token, "ada/gone.git"), Hidden),
            }
        )
        {
            var result = await git.RunAsync("ls-remote", url);
            Assert.True(said is null ? result.Ok : result.Said.Contains(said), $"{url}: {result.Said}");
        }

        // To nobody a project that is not there and one that is not for him are the same.
        var answers = await Task.WhenAll(
            new[] { "ada/app.git", "ada/gone.git" }.Select(path =>
                server.Server.Anonymous.GetAsync($"/{path}/info/refs?service=git-upload-pack", Ct)
            )
        );
        Assert.All(answers, answer => Assert.Equal(401, (int)answer.StatusCode));
        Assert.All(answers, answer => Assert.Equal("Basic realm=\"GitLab\"", answer.Headers.WwwAuthenticate.ToString()));
        Assert.Equal(await answers[0].Content.ReadAsStringAsync(Ct), await answers[1].Content.ReadAsStringAsync(Ct));

        Assert.Contains("You are not allowed to upload code.", (await git.RunAsync("push", server.UrlOf("ada", reads), "HEAD:x")).Said);
        Assert.Contains(
            "You are not allowed to push code to this project",
            (await git.RunAsync("push", server.UrlOf("grace", "correct%20horse%20battery"), "HEAD:x")).Said
        );
        Assert.Single(await server.RefsAsync());
    }

    [Fact]
    public async Task A_public_project_is_for_everybody_to_fetch_and_an_archived_one_for_nobody_to_push()
    {
        await using var server = await GitServer.StartAsync("public");
        var git = await server.WorkAsync();
        await git.OkAsync("push", "-q", "origin", "main");
        Assert.True((await git.RunAsync("ls-remote", server.Open())).Ok);
        Assert.True((await git.RunAsync("ls-remote", server.Open("ADA/App"))).Ok);
        Assert.Contains("could not read Username", (await git.RunAsync("push", server.Open(), "main:x")).Said);

        await server.Server.Db.ExecuteAsync("UPDATE projects SET archived = 1", null, Ct);
        Assert.Contains("The project is archived", (await git.RunAsync("push", "origin", "main:x")).Said);
        Assert.True((await git.RunAsync("ls-remote", server.Url)).Ok);
    }

    [Fact]
    public async Task A_deploy_token_fetches_and_a_jobs_token_fetches_and_pushes_only_if_the_project_says_so()
    {
        await using var server = await GitServer.StartAsync();
        var git = await server.WorkAsync();
        await git.OkAsync("push", "-q", "origin", "main");
        var deploy = Tokens.Create(Tokens.Deploy);
        await server.Server.Db.ExecuteAsync(
            """
            INSERT INTO deploy_tokens (project_id, name, username, scopes, hash, sealed, created_at)
            VALUES (@Id, 'd', 'reader', 'read_repository', @hash, @none, 0)
            """,
            new
            {
                server.Project.Id,
                hash = Tokens.Hash(deploy),
                none = Array.Empty<byte>(),
            },
            Ct
        );
        var token = Tokens.Create(Tokens.Job);
        var job = await Rows.JobAsync(server.Server.Db, server.Project.Id, server.Owner.Id, Tokens.Hash(token));

        Assert.True((await git.RunAsync("ls-remote", server.UrlOf("reader", deploy))).Ok);
        Assert.False((await git.RunAsync("ls-remote", server.UrlOf("other", deploy))).Ok);
        Assert.False((await git.RunAsync("push", server.UrlOf("reader", deploy), "HEAD:x")).Ok);
        Assert.True((await git.RunAsync("ls-remote", server.UrlOf("gitlab-ci-token", token))).Ok);
        Assert.Contains(
            "You are not allowed to upload code.",
            (await git.RunAsync("push", server.UrlOf("gitlab-ci-token", token), "HEAD:x")).Said
        );

        var settings = new ProjectSettings { CiPushRepositoryForJobTokenAllowed = true }.ToJson();
        await server.Server.Db.ExecuteAsync("UPDATE projects SET settings = @settings", new { settings }, Ct);
        var pushed = await git.RunAsync("push", server.UrlOf("gitlab-ci-token", token), "HEAD:x");
        Assert.True(pushed.Ok, pushed.Said);
        Assert.Equal(job, (await server.PushedAsync())[0].JobId);
        await server.Server.Db.ExecuteAsync("UPDATE jobs SET status = 'success'", null, Ct);
        Assert.False((await git.RunAsync("ls-remote", server.UrlOf("gitlab-ci-token", token))).Ok);
    }

    [Fact]
    public async Task Protected_branches_and_tags_move_for_those_who_may_and_one_refusal_keeps_everything()
    {
        await using var server = await GitServer.StartAsync();
        var git = await server.WorkAsync();
        var first = await git.LineAsync("rev-parse", "HEAD");
        var developer = await server.Server.UserAsync("dev");
        await server.Server.JoinAsync(new MemberOf.Project(server.Project.Id), developer.Row, Role.Developer);
        var asDeveloper = server.UrlOf("dev", developer.Token);
        const string no = "remote: GitLab: You are not allowed to push code to protected branches on this project.";

        // The first branch of all will be protected.
        Assert.Contains(no, (await git.RunAsync("push", asDeveloper, "main")).Said);
        await git.OkAsync("push", "-q", "origin", "main");
        foreach (var (kind, name) in new[] { ("branch", "release/*"), ("tag", "v*") })
            await server.Server.Db.ExecuteAsync(
                "INSERT INTO protected_refs (project_id, kind, name, push_level, merge_level, allow_force_push) VALUES (@Id, @kind, @name, 40, 40, 0)",
                new
                {
                    server.Project.Id,
                    kind,
                    name,
                },
                Ct
            );
        await git.OkAsync("push", "-q", "origin", "main:release/1", "main:refs/tags/v1");
        await git.CommitAsync("two", ("b", "2"));

        var refused = await git.RunAsync("push", asDeveloper, "main", "main:topic");
        Assert.Contains(no, refused.Said);
        Assert.Contains("! [remote rejected] main -> topic (pre-receive hook declined)", refused.Said);
        Assert.DoesNotContain("topic", (await server.RefsAsync()).Keys);
        await git.OkAsync("push", "-q", asDeveloper, "main:topic");

        foreach (
            var (url, said, refspec) in new (string, string, string)[]
            {
                (asDeveloper, "You are not allowed to create protected branches on this project.", "main:release/2"),
                (asDeveloper, "You are not allowed to create this tag as it is protected.", "main:refs/tags/v2"),
                (server.Url, "Protected tags cannot be updated.", "+main:refs/tags/v1"),
                (
                    asDeveloper,
                    "You are not allowed to delete protected branches from this project. Only a project maintainer",
                    ":release/1"
                ),
                (server.Url, "You can only delete protected branches using the web interface.", ":release/1"),
                (server.Url, "You can only delete protected tags using the web interface.", ":refs/tags/v1"),
                (server.Url, "The default branch of a project cannot be deleted.", ":main"),
                (server.Url, "You cannot create a branch with a SHA-1 or SHA-256 branch name.", $"main:refs/heads/{first}"),
                (server.Url, "You cannot create a branch with an invalid name.", "main:refs/heads/-x"),
            }
        )
            Assert.Contains("GitLab: " + said, (await git.RunAsync("push", url, refspec)).Said);

        await git.OkAsync("push", "-q", "origin", "main");
        await git.OkAsync("commit", "-q", "--amend", "-m", "rewritten");
        var forced = await git.RunAsync("push", "-f", "origin", "main");
        Assert.Contains("GitLab: You are not allowed to force push code to a protected branch on this project.", forced.Said);
        await server.Server.Db.ExecuteAsync("UPDATE protected_refs SET allow_force_push = 1 WHERE name = 'main'", null, Ct);
        await git.OkAsync("push", "-q", "-f", "origin", "main");
        await server.CheckAsync();
    }

    [Fact]
    public async Task An_atomic_push_moves_all_or_nothing_and_another_moves_what_can_be_moved()
    {
        await using var server = await GitServer.StartAsync();
        var git = await server.WorkAsync();
        await git.OkAsync("push", "-q", "origin", "main", "main:a");

        // "a" is a branch, so "a/b" cannot be one.
        var atomic = await git.RunAsync("push", "--atomic", "origin", "main:a/b", "main:c");
        Assert.False(atomic.Ok);
        Assert.Equal(["a", "main"], (await server.RefsAsync()).Keys.Order());
        var each = await git.RunAsync("push", "origin", "main:a/b", "main:c");
        Assert.Contains("(failed to update ref)", each.Said);
        Assert.Equal(["a", "c", "main"], (await server.RefsAsync()).Keys.Order());
        Assert.Equal("refs/heads/c", Assert.Single((await server.PushedAsync())[0].Refs).Ref);
    }
}
