using Microsoft.Extensions.DependencyInjection;
using Slipway.Compiler;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Git.Push;
using Slipway.Server.Projects;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Git;

/// <summary>No push goes unnoticed, whenever its process dies.</summary>
public sealed class PushIntentTests
{
    // SLIPWAY_FUZZ_SECONDS makes this the nightly's hundred.
    private static readonly int Kills = Environment.GetEnvironmentVariable("SLIPWAY_FUZZ_SECONDS") is null ? 3 : 100;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task What_a_dead_process_had_moved_is_told_and_what_it_had_not_is_forgotten(DatabaseKind kind)
    {
        await using var server = await GitServer.StartAsync(kind: kind);
        var git = await server.WorkAsync();
        var sha = await git.LineAsync("rev-parse", "HEAD");
        await git.OkAsync("push", "-q", "origin", "main", "main:moved");
        var before = (await server.PushedAsync()).Count;
        var intents = server.Server.Services.GetRequiredService<PushIntents>();
        var moved = new RefUpdate("refs/heads/moved", CommitFacts.ZeroSha, sha);
        var not = new RefUpdate("refs/heads/not", CommitFacts.ZeroSha, sha);
        await intents.BeginAsync(new Pushed("dead", server.Project.Id, server.Owner.Id, [moved, not], ["ci.skip"], 5), Ct);

        await intents.RecoverAllAsync(alone: true, Ct);
        await intents.RecoverAsync(new PushIntent("dead"), Ct);

        var told = await server.PushedAsync();
        Assert.Equal(before + 1, told.Count);
        Assert.Equal([moved], told[0].Refs);
        Assert.Equal(["ci.skip"], told[0].Options);
    }

    [Fact]
    public async Task A_later_push_tells_what_became_of_one_whose_process_died()
    {
        await using var server = await GitServer.StartAsync();
        var git = await server.WorkAsync();
        var first = await git.LineAsync("rev-parse", "HEAD");
        await git.OkAsync("push", "-q", "origin", "main");
        var intents = server.Server.Services.GetRequiredService<PushIntents>();
        var had = new RefUpdate("refs/heads/main", CommitFacts.ZeroSha, first);
        var second = await git.CommitAsync("two", ("b", "2"));
        var same = new RefUpdate("refs/heads/main", first, second);
        await intents.BeginAsync(new Pushed("had", server.Project.Id, server.Owner.Id, [had], [], 5), Ct);
        await intents.BeginAsync(new Pushed("same", server.Project.Id, server.Owner.Id, [same], [], 5), Ct);

        await git.OkAsync("push", "-q", "origin", "main");
        await intents.RecoverAllAsync(alone: true, Ct);

        // "had" must have moved it, for it stood there; "same" cannot have, for somebody else just did.
        Assert.Equal(
            [
                [had],
                [same],
                [had],
            ],
            (await server.PushedAsync()).Select(push => push.Refs)
        );
    }

    [Fact]
    public async Task Upkeep_makes_many_packs_one_and_sweeps_up_what_died()
    {
        await using var server = await GitServer.StartAsync();
        var git = await server.WorkAsync();
        for (var n = 0; n < 4; n++)
        {
            await git.CommitAsync($"{n}", ("a", $"{n}"));
            await git.OkAsync("push", "-q", "origin", "main");
        }

        var died = Directory.CreateDirectory(Path.Combine(server.Repository.Path, Quarantine.Folder, "died"));
        var repositories = server.Server.Services.GetRequiredService<Repositories>();
        var clock = new Clock(TimeProvider.System.GetUtcNow());
        var upkeep = new Upkeep(repositories, clock) { MostPacks = 3 };
        await upkeep.RunAsync(new RepositoryUpkeep(server.Project.Id), Ct);
        Assert.True(Directory.Exists(died.FullName));
        clock.Advance(TimeSpan.FromHours(7));
        await upkeep.RunAsync(new RepositoryUpkeep(server.Project.Id), Ct);

        Assert.False(Directory.Exists(died.FullName));
        Assert.Single(Directory.GetFiles(Path.Combine(server.Repository.Path, "objects", "pack"), "*.pack"));
        await server.CheckAsync();
        await git.CommitAsync("after", ("a", "after"));
        await git.OkAsync("push", "-q", "origin", "main");
    }

    [Fact]
    public async Task A_server_killed_at_any_moment_loses_no_push_and_tells_none_twice()
    {
        using var folder = new TemporaryFolder();
        var (token, project) = await PrepareAsync(folder["data"]);
        var git = await GitClient.InitAsync(folder["work"]);
        for (var kill = 0; kill < Kills; kill++)
        {
            var (process, address) = await Victim.StartAsync("server", folder["data"]);
            var url = $"http://ada:{token}@{new Uri(address).Authority}/ada/app.git";
            var pushing = PushUntilItFailsAsync(git, url);
            await Task.Delay(Random.Shared.Next(100, 1500), Ct);
            process.Kill();
            await process.WaitForExitAsync(Ct);
            process.Dispose();
            var acknowledged = await pushing;
            await using var server = await StartAsync(folder["data"]);
            var refs = await server.Services.GetRequiredService<Repositories>().Create(project).RefsAsync(Ct);
            var told = await GitServer.PushedAsync(server.Services.GetRequiredService<Db>());
            foreach (var name in new[] { "refs/heads/main", "refs/heads/other" })
            {
                var chain = told.Reverse().SelectMany(push => push.Refs).Where(update => update.Ref == name).ToList();
                var at = chain.Aggregate(
                    CommitFacts.ZeroSha,
                    (from, update) => update.Old == from ? update.New : $"{update.Old} after {from}"
                );
                Assert.Equal(refs.FirstOrDefault(one => one.Name == name)?.Object ?? CommitFacts.ZeroSha, at);
            }

            Assert.Subset(told.SelectMany(push => push.Refs).Select(update => update.New).ToHashSet(), acknowledged.ToHashSet());
            var fsck = await server
                .Services.GetRequiredService<Repositories>()
                .Create(project)
                .RunAsync(new GitCall("fsck", "--strict"), Ct);
            Assert.True(fsck.Ok, fsck.Complaint);
        }
    }

    private static async Task<List<string>> PushUntilItFailsAsync(GitClient git, string url)
    {
        var acknowledged = new List<string>();
        for (var n = 0; ; n++)
        {
            var sha = await git.CommitAsync($"{n}", ("a", $"{n} {Guid.NewGuid()}"));
            if (!(await git.RunAsync("push", "-q", url, "HEAD:refs/heads/main", "HEAD:refs/heads/other")).Ok)
                return acknowledged;
            acknowledged.Add(sha);
        }
    }

    private static Task<SlipwayServer> StartAsync(string folder) =>
        SlipwayServer.StartAsync(
            new ServerOptions { DataFolder = folder, Listen = new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0) },
            TimeProvider.System,
            _ => { },
            Ct
        );

    private static async Task<(string Token, long Project)> PrepareAsync(string folder)
    {
        TestDatabase.SkipWhenMissing(DatabaseKind.Sqlite);
        await using var server = await StartAsync(folder);
        var db = server.Services.GetRequiredService<Db>();
        await GitServer.TellAsync(db, DatabaseKind.Sqlite);
        return await db.WriteAsync(
            async (session, ct) =>
            {
                var (user, _) = await UserStore.CreateAsync(session, new UserToMake("ada", "Ada", "ada@example.com"), 0, ct);
                var (_, token) = await TokenStore.CreateAsync(session, new TokenToMake(user!.Id, "t", ScopeWords.Full, null), 0, ct);
                var space = await GroupStore.OfUserAsync(session, user.Id, ct);
                var (project, _) = await ProjectStore.CreateAsync(session, new ProjectToMake(space, user, "app", "app"), 0, ct);
                return (token, project!.Id);
            },
            Ct
        );
    }
}
