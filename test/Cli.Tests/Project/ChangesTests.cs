using Slipway.Cli.Project;
using Slipway.Cli.Tests.Support;
using Xunit;

namespace Slipway.Cli.Tests.Project;

public sealed class ChangesTests
{
    [Fact]
    public void A_first_commit_has_no_diff()
    {
        using var repository = TemporaryFolder.Repository(("a", "1"));
        Assert.Null(Pushed(repository));
    }

    [Fact]
    public void Without_a_remote_the_last_commit_and_the_working_tree_count()
    {
        using var repository = TemporaryFolder.Repository(("a", "1"), ("b", "1"), ("gone", "1"));
        repository.Write("b", "2");
        repository.Commit("Second");
        repository.Write("new/c", "1");
        File.Delete(Path.Combine(repository.Path, "gone"));
        Assert.Equal(["b", "gone", "new/c"], Pushed(repository));
    }

    [Fact]
    public void With_an_upstream_it_is_what_the_push_would_bring()
    {
        using var repository = TemporaryFolder.Repository(("a", "1"), ("b", "1"));
        TrackMain(repository);
        repository.Write("a", "2");
        repository.Commit("Second");
        repository.Write("b", "2");
        repository.Commit("Third");
        Assert.Equal(["a", "b"], Pushed(repository));
    }

    [Fact]
    public void Uncommitted_changes_on_a_pushed_branch_count_alone()
    {
        using var repository = TemporaryFolder.Repository(("a", "1"), ("b", "1"));
        repository.Write("a", "2");
        repository.Commit("Second");
        TrackMain(repository);
        repository.Write("b", "2");
        Assert.Equal(["b"], Pushed(repository));
    }

    [Fact]
    public void When_all_is_pushed_the_last_commit_counts()
    {
        using var repository = TemporaryFolder.Repository(("a", "1"), ("b", "1"));
        repository.Write("a", "2");
        repository.Commit("Second");
        TrackMain(repository);
        var git = GitFacts.Read(repository.Path)!;
        Assert.Equal(["a"], Pushed(repository));
        Assert.Equal(git.Head!.Parent, Changes.Before(repository.Path, git));
    }

    [Fact]
    public void A_branch_not_pushed_yet_is_compared_with_the_default_branch()
    {
        using var repository = TemporaryFolder.Repository(("a", "1"), ("b", "1"));
        repository.Git("checkout", "--quiet", "-b", "fix");
        repository.Write("a", "2");
        repository.Commit("Second");
        repository.Write("b", "2");
        repository.Commit("Third");
        repository.Git("checkout", "--quiet", "main");
        repository.Write("c", "1");
        repository.Commit("Meanwhile");
        repository.Git("checkout", "--quiet", "fix");
        var git = GitFacts.Read(repository.Path)!;
        Assert.Equal(["a", "b"], Pushed(repository));
        Assert.Equal(["a", "b"], new Changes(repository.Path, git).OfMergeRequest("main")!.Order(StringComparer.Ordinal));
        Assert.Null(Changes.Before(repository.Path, git));
    }

    [Fact]
    public void Compare_to_takes_any_ref_and_refuses_what_is_none()
    {
        using var repository = TemporaryFolder.Repository(("a", "1"));
        repository.Git("tag", "v1");
        repository.Write("a", "2");
        repository.Commit("Second");
        var changes = new Changes(repository.Path, GitFacts.Read(repository.Path)!);
        Assert.Equal(["a"], changes.Since("refs/tags/v1"));
        Assert.Equal("nope", Assert.Throws<Compiler.UnknownRefException>(() => changes.Since("nope")).Name);
    }

    private static void TrackMain(TemporaryFolder repository)
    {
        repository.Git("remote", "add", "origin", "https://gitlab.example.com/group/project.git");
        repository.Git("update-ref", "refs/remotes/origin/main", "HEAD");
        repository.Git("config", "branch.main.remote", "origin");
        repository.Git("config", "branch.main.merge", "refs/heads/main");
    }

    private static IEnumerable<string>? Pushed(TemporaryFolder repository) =>
        new Changes(repository.Path, GitFacts.Read(repository.Path)!).OfPush()?.Order(StringComparer.Ordinal);
}
