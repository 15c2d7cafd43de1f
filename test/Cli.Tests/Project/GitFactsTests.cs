using Slipway.Cli.Project;
using Slipway.Cli.Tests.Support;
using Xunit;

namespace Slipway.Cli.Tests.Project;

public sealed class GitFactsTests
{
    [Fact]
    public void A_commit_is_read_whole()
    {
        using var repository = TemporaryFolder.Repository(("a", "1"));
        repository.Write("a", "2");
        var parent = repository.Git("rev-parse", "HEAD");
        var sha = repository.Commit("Subject, with ümlaut\n\nBody\nof two lines");

        var git = GitFacts.Read(repository.Path)!;

        Assert.Equal("main", git.Branch);
        Assert.Equal("main", git.DefaultBranch);
        Assert.Equal(sha, git.Head!.Sha);
        Assert.Equal(parent, git.Head.Parent);
        Assert.Equal("Ada <ada@example.com>", git.Head.Author);
        Assert.Equal("2026-01-02T03:04:05+00:00", git.Head.Timestamp);
        Assert.Equal("Subject, with ümlaut\n\nBody\nof two lines\n", git.Head.Message);
        Assert.Equal("Ada", git.UserName);
        Assert.Equal(Path.Combine(repository.Path, ".git"), git.GitDir);
    }

    [Fact]
    public void A_folder_without_a_repository_has_no_facts()
    {
        using var folder = new TemporaryFolder();
        Assert.Null(GitFacts.Read(folder.Path));
    }

    [Fact]
    public void Before_the_first_commit_there_is_a_branch_but_no_head()
    {
        using var repository = TemporaryFolder.Repository("trunk");
        var git = GitFacts.Read(repository.Path)!;
        Assert.Null(git.Head);
        Assert.Equal("trunk", git.Branch);
        Assert.Equal("trunk", git.DefaultBranch);
    }

    [Fact]
    public void A_detached_head_names_the_branches_it_stands_on()
    {
        using var repository = TemporaryFolder.Repository(("a", "1"));
        repository.Git("branch", "feature/a,b");
        repository.Git("checkout", "--quiet", "--detach");
        var git = GitFacts.Read(repository.Path)!;
        Assert.Null(git.Branch);
        Assert.Equal(["feature/a,b", "main"], git.BranchesAtHead.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_default_branch_is_what_origins_head_says()
    {
        using var repository = TemporaryFolder.Repository(("a", "1"));
        repository.Git("update-ref", "refs/remotes/origin/develop", "HEAD");
        repository.Git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/develop");
        Assert.Equal("develop", GitFacts.Read(repository.Path)!.DefaultBranch);
    }

    [Fact]
    public void A_linked_worktree_has_its_own_branch_and_git_folder()
    {
        using var repository = TemporaryFolder.Repository(("a", "1"));
        using var other = new TemporaryFolder();
        var tree = Path.Combine(other.Path, "tree");
        repository.Git("worktree", "add", "--quiet", "-b", "side", tree);
        var git = GitFacts.Read(tree)!;
        Assert.Equal("side", git.Branch);
        Assert.Equal("main", git.DefaultBranch);
        Assert.Equal(tree, git.Top);
        Assert.Equal(Path.Combine(repository.Path, ".git", "worktrees", "tree"), git.GitDir);
    }

    [Theory]
    [InlineData("-c")]
    [InlineData("--upload-pack=touch${IFS}x")]
    [InlineData("$(touch x)")]
    [InlineData("'; touch x #")]
    public void A_hostile_branch_name_is_only_a_name(string name)
    {
        using var repository = TemporaryFolder.Repository(("a", "1"));
        repository.Write("a", "2");
        repository.Commit("Second");
        repository.Git("update-ref", "refs/heads/" + name.Replace(" ", "_"), "HEAD");
        repository.Git("symbolic-ref", "HEAD", "refs/heads/" + name.Replace(" ", "_"));

        var git = GitFacts.Read(repository.Path)!;

        Assert.Equal(name.Replace(" ", "_"), git.Branch);
        Assert.Throws<Compiler.UnknownRefException>(() => new Changes(repository.Path, git).Since("--output=x"));
        Assert.NotNull(new Changes(repository.Path, git).OfPush());
        Assert.Equal(
            [".git", "a"],
            Directory.EnumerateFileSystemEntries(repository.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void Nothing_of_the_repositorys_choosing_is_executed()
    {
        using var repository = TemporaryFolder.Repository(("a", "1"));
        var mark = Path.Combine(repository.Path, "executed");
        repository.Git("config", "core.fsmonitor", $"touch {mark}; false");
        repository.Git("config", "diff.external", $"touch {mark}; false");
        repository.Git("config", "core.pager", $"touch {mark}");
        repository.Git("config", "gpg.program", "false");
        repository.Git("config", "log.showSignature", "true");
        repository.Write("a", "2");

        var git = GitFacts.Read(repository.Path)!;
        _ = new Changes(repository.Path, git).OfPush();
        _ = new WorkingTree(repository.Path, git).ToSourceTree();

        Assert.False(File.Exists(mark));
    }
}
