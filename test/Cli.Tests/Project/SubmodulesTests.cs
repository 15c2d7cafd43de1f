using Slipway.Cli.Project;
using Slipway.Cli.Tests.Support;
using Slipway.Runner.Sources;
using Xunit;

namespace Slipway.Cli.Tests.Project;

public sealed class SubmodulesTests : IDisposable
{
    private readonly TemporaryFolder _inner = TemporaryFolder.Repository(("deep", "1"));
    private readonly TemporaryFolder _middle = TemporaryFolder.Repository(("m", "1"), (".gitignore", "*.log\n"));
    private readonly TemporaryFolder _project = TemporaryFolder.Repository(("a", "1"));

    public SubmodulesTests()
    {
        Add(_middle, _inner, "inner");
        Add(_project, _middle, "libs/middle");
        Add(_project, _inner, "other");
    }

    public void Dispose()
    {
        _inner.Dispose();
        _middle.Dispose();
        _project.Dispose();
    }

    [Fact]
    public void A_submodule_is_a_folder_until_somebody_asks_for_its_files()
    {
        Assert.Equal([".gitmodules", "a", "libs/middle", "other"], Tree().Paths);
        Assert.DoesNotContain("other", new WorkingTree(_project.Path, GitFacts.Read(_project.Path)).ToProjectTree().Paths());
    }

    [Fact]
    public async Task A_project_without_submodules_has_none_to_ask_for()
    {
        Assert.Null(new WorkingTree(_inner.Path, GitFacts.Read(_inner.Path)).ToSourceTree().WithSubmodules);
        Assert.NotNull(await With(new SubmoduleChoice(Recursive: true, "")));
    }

    [Fact]
    public async Task Normal_brings_their_files_as_they_lie_there_and_leaves_theirs_empty()
    {
        _project.Write("libs/middle/new", "not committed");
        _project.Write("libs/middle/noise.log", "ignored");
        var found = await With(new SubmoduleChoice(Recursive: false, ""));
        Assert.Equal(
            [
                ".gitmodules",
                "a",
                "libs/middle/.gitignore",
                "libs/middle/.gitmodules",
                "libs/middle/inner",
                "libs/middle/m",
                "libs/middle/new",
                "other/deep",
            ],
            found.Tree.Paths
        );
        Assert.Empty(found.Absent);
    }

    [Fact]
    public async Task Recursive_brings_what_is_in_them_and_tells_what_is_not_checked_out()
    {
        var found = await With(new SubmoduleChoice(Recursive: true, ""));
        Assert.Contains("libs/middle/inner", found.Tree.Paths);
        Assert.Equal(["libs/middle/inner"], found.Absent);
        _project.Git("-c", "protocol.file.allow=always", "submodule", "--quiet", "update", "--init", "--recursive");
        found = await With(new SubmoduleChoice(Recursive: true, ""));
        Assert.Contains("libs/middle/inner/deep", found.Tree.Paths);
        Assert.Empty(found.Absent);
    }

    [Theory]
    [InlineData("other", "other/deep", "libs/middle/m")]
    [InlineData("libs/*", "libs/middle/m", "other/deep")]
    [InlineData(":(exclude)other", "libs/middle/m", "other/deep")]
    public async Task Paths_choose_among_them(string paths, string comes, string doesNot)
    {
        var found = (await With(new SubmoduleChoice(Recursive: false, paths))).Tree.Paths;
        Assert.Contains(comes, found);
        Assert.DoesNotContain(doesNot, found);
    }

    [Fact]
    public async Task Paths_that_git_cannot_read_are_told()
    {
        var e = await Assert.ThrowsAsync<IOException>(() => With(new SubmoduleChoice(Recursive: false, ":(nonsense)x")));
        Assert.StartsWith("git cannot read GIT_SUBMODULE_PATHS \":(nonsense)x\": ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_submodule_whose_repository_is_gone_is_told_by_name()
    {
        _project.Write("other/.git", "gitdir: nowhere\n");
        var e = await Assert.ThrowsAsync<IOException>(() => With(new SubmoduleChoice(Recursive: false, "")));
        Assert.StartsWith("git cannot list the files of submodule other: ", e.Message, StringComparison.Ordinal);
    }

    private SourceTree Tree() => new WorkingTree(_project.Path, GitFacts.Read(_project.Path)).ToSourceTree();

    private Task<SubmoduleTree> With(SubmoduleChoice choice) => Tree().WithSubmodules!(choice, TestContext.Current.CancellationToken);

    private static void Add(TemporaryFolder to, TemporaryFolder submodule, string path)
    {
        to.Git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", submodule.Path, path);
        to.Commit("with " + path);
    }
}
