using Slipway.Cli.Project;
using Slipway.Cli.Tests.Support;
using Xunit;

namespace Slipway.Cli.Tests.Project;

public sealed class WorkingTreeTests
{
    [Fact]
    public void Tracked_and_untracked_files_count_and_ignored_and_deleted_ones_do_not()
    {
        using var repository = TemporaryFolder.Repository((".gitignore", "*.log\n"), ("kept", "1"), ("gone", "1"), ("d/with space", "1"));
        repository.Write("new", "1");
        repository.Write("noise.log", "1");
        File.Delete(Path.Combine(repository.Path, "gone"));
        var tree = new WorkingTree(repository.Path, GitFacts.Read(repository.Path)).ToSourceTree();
        Assert.Equal([".gitignore", "d/with space", "kept", "new"], tree.Paths);
    }

    [Fact]
    public void Odd_names_come_as_they_are()
    {
        string[] names = ["- x", "a\tb", "line\nbreak", "quote\"d", "ümlaut", "R a"];
        using var repository = TemporaryFolder.Repository(names.Select(n => (n, "1")).ToArray());
        repository.Write("? y", "1");
        Assert.Equal(
            names.Append("? y").Order(StringComparer.Ordinal),
            new WorkingTree(repository.Path, GitFacts.Read(repository.Path)).ToSourceTree().Paths
        );
    }

    [Fact]
    public void Repositories_inside_are_not_entered()
    {
        using var repository = TemporaryFolder.Repository(("a", "1"));
        repository.Write("inner/b", "1");
        repository.Git("init", "--quiet", "inner");
        Assert.Equal(["a"], new WorkingTree(repository.Path, GitFacts.Read(repository.Path)).ToSourceTree().Paths);
    }

    [Fact]
    public void Without_git_every_file_counts_but_our_own()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a", "1");
        folder.Write("d/b", "1");
        folder.Write(".slipway/runs/1/log", "1");
        Assert.Equal(["a", "d/b"], new WorkingTree(folder.Path, null).ToSourceTree().Paths);
    }

    // A path is a pattern to Git: * crosses folders, and a folder stands for all in it.
    [Fact]
    public void The_last_commit_of_a_path_is_the_newest_that_changed_it()
    {
        using var repository = TemporaryFolder.Repository(("lock", "1"), ("d/a.lock", "1"));
        var first = repository.Git("rev-parse", "HEAD").Trim();
        repository.Write("lock", "2");
        repository.Git("add", "lock");
        var second = repository.Commit("later");
        repository.Write("d/a.lock", "not committed");
        repository.Write(":(x)", "odd");
        var tree = new WorkingTree(repository.Path, GitFacts.Read(repository.Path)).ToProjectTree();
        Assert.Equal(
            [second, first, first, second, null, null, null],
            new[] { "lock", "d/a.lock", "d", "*lock", "nowhere", ":(x)", "--all" }.Select(tree.LastCommit)
        );
        var below = new WorkingTree(Path.Combine(repository.Path, "d"), GitFacts.Read(repository.Path)).ToProjectTree();
        Assert.Equal(first, below.LastCommit("a.lock"));
    }

    [Fact]
    public void Without_commits_there_is_no_last_one()
    {
        using var folder = new TemporaryFolder();
        folder.Write("lock", "1");
        Assert.Null(new WorkingTree(folder.Path, null).ToProjectTree().LastCommit("lock"));
        folder.Git("init", "--quiet");
        Assert.Null(new WorkingTree(folder.Path, GitFacts.Read(folder.Path)).ToProjectTree().LastCommit("lock"));
    }

    [Fact]
    public void A_hash_is_gits()
    {
        using var repository = TemporaryFolder.Repository(("a", "some text\n"));
        var tree = new WorkingTree(repository.Path, null).ToProjectTree();
        Assert.Equal(repository.Git("hash-object", "a"), tree.ContentHash("a"));
        Assert.Null(tree.ContentHash("b"));
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("/etc/hostname")]
    [InlineData("link")]
    [InlineData("dirlink/file")]
    [InlineData("d/../../outside")]
    [InlineData(".git/config")]
    [InlineData("nul\0")]
    [InlineData("d")]
    public void Nothing_outside_the_tree_is_read(string path)
    {
        using var outer = new TemporaryFolder();
        outer.Write("outside", "secret");
        outer.Write("project/d/file", "1");
        outer.Write("project/.git/config", "1");
        var root = Path.Combine(outer.Path, "project");
        File.CreateSymbolicLink(Path.Combine(root, "link"), "../outside");
        Directory.CreateSymbolicLink(Path.Combine(root, "dirlink"), "d");
        var tree = new WorkingTree(root, null).ToProjectTree();
        Assert.Null(tree.ReadText(path));
        Assert.Equal("1", tree.ReadText("d/file"));
    }
}
