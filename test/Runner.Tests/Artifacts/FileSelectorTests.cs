using System.Collections.Frozen;
using Slipway.Runner.Artifacts;
using Slipway.Runner.Executors;
using Xunit;

namespace Slipway.Runner.Tests.Artifacts;

public sealed class FileSelectorTests
{
    private static readonly string[] Files =
    [
        ".git/HEAD",
        "a.txt",
        "bin/app",
        "bin/debug/app.pdb",
        "bin/debug/log",
        "docs/x.md",
        "gen/out.bin",
        "src/a.c",
        "src/a.o",
        "src/lib/b.o",
    ];

    [Theory]
    [InlineData("bin", "", "bin bin/app bin/debug bin/debug/app.pdb bin/debug/log")]
    [InlineData("bin/", "", "bin bin/app bin/debug bin/debug/app.pdb bin/debug/log")]
    [InlineData("./bin//debug", "", "bin/debug bin/debug/app.pdb bin/debug/log")]
    [InlineData("/p/bin/app", "", "bin/app")]
    [InlineData("bin/../a.txt", "", "a.txt")]
    [InlineData("../secret /etc/passwd /px/a", "", "")]
    [InlineData("**/*.o", "", "src/a.o src/lib/b.o")]
    [InlineData("bin/**/*", "bin/**/*.pdb", "bin/app bin/debug bin/debug/log")]
    [InlineData("bin", "bin/debug/", "bin bin/app bin/debug/app.pdb bin/debug/log")]
    [InlineData("bin", "bin/debug/**/*", "bin bin/app bin/debug")]
    [InlineData("bin", "bin/debug/**", "bin bin/app")]
    [InlineData("*.txt src/*.o", "", "a.txt src/a.o")]
    [InlineData(".git", "", ".git .git/HEAD")]
    [InlineData("none", "", "")]
    public void Paths_pick_and_exclude_takes_away(string paths, string exclude, string expected) =>
        Assert.Equal(expected, Picked(new FileSelection(Words(paths), Words(exclude), Untracked: false)));

    [Fact]
    public void The_projects_folder_itself_means_everything() =>
        Assert.Equal(Picked(new FileSelection(["**/*"], [], false)), Picked(new FileSelection(["."], [], false)));

    [Fact]
    public void Untracked_means_files_that_are_no_part_of_the_sources() =>
        Assert.Equal("bin/app bin/debug/log gen/out.bin", Picked(new FileSelection([], ["**/*.pdb", "**/*.o"], Untracked: true)));

    private static string Picked(FileSelection selection)
    {
        using var folder = new TemporaryFolder();
        foreach (var file in Files)
            folder.Write(file, "x");
        var tracked = new[] { "a.txt", "docs/x.md", "src/a.c" }.ToFrozenSet();
        var anywhere = selection with { Paths = [.. selection.Paths.Select(p => p.Replace("/p/", folder.Path + "/"))] };
        var listed = ProjectFiles.List(
            folder.Path,
            new FileSelector(anywhere, folder.Path, tracked),
            TestContext.Current.CancellationToken
        );
        return string.Join(' ', listed.Select(f => f.Path));
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
