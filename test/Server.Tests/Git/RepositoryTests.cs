using Slipway.Compiler;
using Slipway.Server.Git;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Git;

public sealed class RepositoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Repository _repository;

    public RepositoryTests() => _repository = new Repositories(_folder["repositories"], new GitDoor(TimeProvider.System)).Create(0x1234);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_new_repository_is_whole_and_making_it_again_changes_nothing()
    {
        Assert.EndsWith("/34/4660.git", _repository.Path);
        Assert.Empty(await _repository.RefsAsync(Ct, RefNames.Heads));
        var all = new Repositories(_folder["repositories"], new GitDoor(TimeProvider.System));
        await PushAsync("main", ("a", "1"));
        Assert.True(all.Create(0x1234).Exists);
        Assert.Single(await _repository.RefsAsync(Ct, RefNames.Heads));
        Assert.True((await _repository.RunAsync(new GitCall("fsck", "--strict"), Ct)).Ok);
        all.Delete(0x1234);
        Assert.False(_repository.Exists);
        Assert.Empty(Directory.GetFileSystemEntries(Path.GetDirectoryName(_repository.Path)!));
    }

    [Fact]
    public async Task A_commit_is_read_with_all_its_facts()
    {
        var client = await PushAsync("main", ("a", "1"));
        var sha = await client.CommitAsync("Grüße\n\nund mehr", ("a", "2"));
        await client.OkAsync("push", "-q", _repository.Path, "main");

        var commit = await _repository.CommitAsync(sha, Ct);

        Assert.NotNull(commit);
        Assert.Single(commit.Parents);
        Assert.Equal("Grüße", commit.Title);
        Assert.Equal("Grüße\n\nund mehr\n", commit.Message);
        Assert.Equal(new Signature("Ada Lovelace", "ada@example.com", "2026-01-02T03:04:05+01:00"), commit.Author);
        Assert.Equal("Ada Lovelace <ada@example.com>", commit.ToFacts().Author);
        Assert.Equal("2026-01-02T04:00:00+01:00", commit.ToFacts().Timestamp);
        Assert.Null(await _repository.CommitAsync(CommitFacts.ZeroSha, Ct));
        Assert.Equal([commit.Parents[0], sha], (await _repository.CommitsAsync([commit.Parents[0], sha], Ct)).Select(one => one.Sha));
    }

    [Fact]
    public async Task A_name_is_resolved_as_Git_does_and_nothing_else_is()
    {
        var client = await PushAsync("main", ("a", "1"));
        var first = await client.LineAsync("rev-parse", "HEAD");
        var second = await client.CommitAsync("two", ("a", "2"));
        await client.OkAsync("tag", "-a", "v1", "-m", "The first\n\none", first);
        await client.OkAsync("push", "-q", _repository.Path, "main", "v1", "main:feature/x");

        foreach (
            var (name, sha) in new[]
            {
                ("main", second),
                ("v1", first),
                ("refs/tags/v1", first),
                ("feature/x", second),
                (second[..9], second),
            }
        )
            Assert.Equal(sha, await _repository.ResolveAsync(name, Ct));
        Assert.Equal(first, await _repository.ResolveAsync("main~1", Ct));
        Assert.Equal(first, _repository.Resolve("HEAD^"));
        foreach (
            var name in new[]
            {
                "gone",
                "",
                "--all",
                "-h",
                "main..v1",
                ":/one",
                "main:a",
                "main@{1}",
                "main^{/one}",
                "ma\nin",
                "a b",
                "../x",
            }
        )
            Assert.Null(await _repository.ResolveAsync(name, Ct));

        Assert.Equal("The first\n\none\n", (await _repository.TagAsync("v1", Ct))!.Message);
        Assert.Null(await _repository.TagAsync("main", Ct));
        var tag = await _repository.RefAsync("refs/tags/v1", Ct);
        Assert.Equal(first, tag!.Commit);
        Assert.NotEqual(first, tag.Object);
    }

    [Fact]
    public async Task The_tree_of_a_commit_answers_a_compilations_questions()
    {
        var client = await PushAsync("main", ("a.txt", "one\n"), ("dir/b.txt", "two\n"));
        File.CreateSymbolicLink(Path.Combine(client.Folder, "link"), "a.txt");
        File.CreateSymbolicLink(Path.Combine(client.Folder, "folder"), "dir");
        var before = await client.LineAsync("rev-parse", "HEAD");
        var sha = await client.CommitAsync("links");
        await client.OkAsync("push", "-q", _repository.Path, "main");

        using var tree = new CommitTree(_repository, sha);
        var files = tree.ToProjectTree();

        Assert.Equal(["a.txt", "dir/b.txt"], files.Paths());
        Assert.Equal("one\n", files.ReadText("a.txt"));
        Assert.Equal("two\n", files.ReadText("dir/b.txt"));
        foreach (
            var path in new[]
            {
                "link",
                "folder/b.txt",
                "dir",
                "gone",
                "",
                "./a.txt",
                "../a.txt",
                "dir//b.txt",
                "a.txt\nx",
                "/a.txt",
                "a.txt/x",
            }
        )
            Assert.Null(files.ReadText(path));
        Assert.Equal(await client.LineAsync("hash-object", "a.txt"), files.ContentHash("a.txt"));
        Assert.Equal(before, files.LastCommit("dir"));
        Assert.Equal(sha, files.LastCommit("link"));
        Assert.Equal(before, files.LastCommit("*.txt"));
        Assert.Null(files.LastCommit("gone"));
    }

    [Fact]
    public async Task Changes_are_those_between_two_commits_or_since_histories_parted()
    {
        var client = await PushAsync("main", ("a", "1"), ("b", "1"), ("old", "a text long enough to be found again\n"));
        var first = await client.LineAsync("rev-parse", "HEAD");
        await client.OkAsync("checkout", "-q", "-b", "topic");
        await client.CommitAsync("topic", ("b", "2"));
        await client.OkAsync("mv", "old", "new");
        var topic = await client.CommitAsync("renamed");
        await client.OkAsync("checkout", "-q", "main");
        await client.CommitAsync("main", ("a", "3"));
        await client.OkAsync("push", "-q", "-f", _repository.Path, "main", "topic");

        var since = _repository.ChangedPaths(topic + "^", topic);
        Assert.Null(since(null));
        Assert.Equal(["b", "new", "old"], _repository.ChangedPaths(first, topic)(null));
        Assert.Equal(["b", "new", "old"], since("main"));
        Assert.Throws<UnknownRefException>(() => since("gone"));
        Assert.Null(_repository.ChangedPaths(null, topic)(null));
        Assert.Null(_repository.ChangedPaths(CommitFacts.ZeroSha, topic)(null));
    }

    [Fact]
    public async Task Refs_move_together_or_not_at_all()
    {
        var client = await PushAsync("main", ("a", "1"));
        var sha = await client.LineAsync("rev-parse", "HEAD");
        var wrong = new RefUpdate("refs/heads/main", new string('1', 40), sha);
        var create = new RefUpdate("refs/heads/new", CommitFacts.ZeroSha, sha);

        Assert.NotNull(await _repository.UpdateRefsAsync([create, wrong], Ct));
        Assert.Null(await _repository.RefAsync("refs/heads/new", Ct));
        Assert.Null(await _repository.UpdateRefsAsync([create, wrong with { Old = sha, New = CommitFacts.ZeroSha }], Ct));
        Assert.Equal("refs/heads/new", Assert.Single(await _repository.RefsAsync(Ct, RefNames.Heads)).Name);

        await _repository.SetRefAsync("refs/pipelines/1", sha, Ct);
        Assert.Equal(sha, (await _repository.RefAsync("refs/pipelines/1", Ct))!.Commit);
        await _repository.DeleteRefAsync("refs/pipelines/1", Ct);
        await _repository.DeleteRefAsync("refs/pipelines/1", Ct);
        Assert.Null(await _repository.RefAsync("refs/pipelines/1", Ct));
    }

    [Fact]
    public async Task A_lock_that_a_killed_git_left_behind_is_removed()
    {
        var client = await PushAsync("main", ("a", "1"));
        var sha = await client.LineAsync("rev-parse", "HEAD");
        var clock = new Clock(TimeProvider.System.GetUtcNow());
        var repository = new Repositories(_folder["repositories"], new GitDoor(clock)).Of(0x1234);
        await File.WriteAllTextAsync(Path.Combine(repository.Path, "refs/heads/main.lock"), "", Ct);
        var delete = new RefUpdate("refs/heads/main", sha, CommitFacts.ZeroSha);

        clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Null(await repository.UpdateRefsAsync([delete], Ct));
    }

    [Theory]
    [InlineData("refs/heads/main", true)]
    [InlineData("refs/heads/grün/x", true)]
    [InlineData("refs/heads/-x", true)]
    [InlineData("refs/heads/a..b", false)]
    [InlineData("refs/heads/a.lock", false)]
    [InlineData("refs/heads/.a", false)]
    [InlineData("refs/heads/a/", false)]
    [InlineData("refs/heads//a", false)]
    [InlineData("refs/heads/a b", false)]
    [InlineData("refs/heads/a\u0001", false)]
    [InlineData("refs/heads/a@{1}", false)]
    [InlineData("refs/heads/a.", false)]
    [InlineData("refs/heads/a*", false)]
    [InlineData("refs/../../etc/passwd", false)]
    [InlineData("HEAD", false)]
    [InlineData("heads/main", false)]
    public async Task A_refs_name_is_what_Git_says_it_is(string name, bool valid)
    {
        Assert.Equal(valid, RefNames.IsValid(name));
        if (name.StartsWith("refs/"))
            Assert.Equal(valid, (await _repository.RunAsync(new GitCall("check-ref-format", name), Ct)).Ok);
    }

    [Fact]
    public async Task Git_sees_neither_our_environment_nor_a_repositorys_hooks_and_ends_with_its_time()
    {
        var call = new GitCall("config", "--list", "--show-scope");
        var said = (await _repository.RunAsync(call, Ct)).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(said, line => Assert.True(line.StartsWith("command\t") || line.StartsWith("local\tcore."), line));
        Assert.Contains("command\tcore.hookspath=/dev/null", said);

        var slow = await _repository.RunAsync(
            new GitCall("hash-object", "--stdin")
            {
                Feed = (_, ct) => Task.Delay(Timeout.Infinite, ct),
                Limit = TimeSpan.FromMilliseconds(50),
            },
            Ct
        );
        Assert.Equal(GitAnswer.TookTooLong, slow.ExitCode);
        var much = await _repository.RunAsync(new GitCall("help", "-a") { MaxOutput = 10 }, Ct);
        Assert.Equal(GitAnswer.SaidTooMuch, much.ExitCode);
        using var cancel = new CancellationTokenSource();
        var waiting = _repository.RunAsync(
            new GitCall("hash-object", "--stdin") { Feed = (_, ct) => Task.Delay(Timeout.Infinite, ct) },
            cancel.Token
        );
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    private async Task<GitClient> PushAsync(string branch, params (string Path, string? Text)[] files)
    {
        var client = await GitClient.InitAsync(_folder["work"]);
        await client.CommitAsync("one", files);
        await client.OkAsync("push", "-q", _repository.Path, $"HEAD:refs/heads/{branch}");
        return client;
    }
}
