using Slipway.Runner.Executors.Shell;
using Xunit;

namespace Slipway.Runner.Tests;

public sealed class TemporaryFoldersTests : IDisposable
{
    private readonly TemporaryFolder _builds = new();
    private readonly TemporaryFolders _folders = new();

    public void Dispose()
    {
        _folders.Dispose();
        _builds.Dispose();
    }

    [Fact]
    public void A_folder_in_which_nothing_was_left_passes_on_with_its_empty_file()
    {
        var taken = _folders.Take(_builds["1.tmp"]);
        File.WriteAllText(_builds["1.tmp/gitlab_runner_env"], "");
        _folders.GiveBack(_builds["1.tmp"], taken);

        Assert.Equal(taken.Inode, _folders.Take(_builds["2.tmp"]).Inode);

        Assert.False(Directory.Exists(_builds["1.tmp"]));
        Assert.Equal([_builds["2.tmp/gitlab_runner_env"]], Directory.GetFileSystemEntries(_builds["2.tmp"]));
        Assert.Equal((UnixFileMode)0x1C0, File.GetUnixFileMode(_builds["2.tmp"]));
    }

    public static TheoryData<string, Action<string>> Deeds =>
        new()
        {
            { "a value", folder => File.WriteAllText(folder + "/gitlab_runner_env", "A=b\n") },
            { "a file variable", folder => File.WriteAllText(folder + "/KEY", "") },
            { "a folder", folder => Directory.CreateDirectory(folder + "/gitlab_runner_env") },
            { "a link", folder => File.CreateSymbolicLink(folder + "/gitlab_runner_env", "/dev/null") },
            { "another name of the file", folder => Linked(folder + "/gitlab_runner_env", folder + "/../other") },
            { "other rights", folder => File.SetUnixFileMode(folder, (UnixFileMode)0x1FF) },
            { "another folder", folder => Anew(folder) },
            { "no folder", Directory.Delete },
        };

    [Theory]
    [MemberData(nameof(Deeds))]
    public void What_a_job_left_goes_to_nobody(string what, Action<string> deed)
    {
        var taken = _folders.Take(_builds["1.tmp"]);
        deed(_builds["1.tmp"]);
        _folders.GiveBack(_builds["1.tmp"], taken);
        Assert.False(Directory.Exists(_builds["1.tmp"]), what);

        _folders.Take(_builds["2.tmp"]);

        Assert.Empty(Directory.GetFileSystemEntries(_builds["2.tmp"]));
        Assert.Equal((UnixFileMode)0x1C0, File.GetUnixFileMode(_builds["2.tmp"]));
    }

    [Fact]
    public void What_was_there_goes_and_nothing_stays_at_the_end()
    {
        _builds.Write("1.tmp/left", "x");
        _folders.GiveBack(_builds["1.tmp"], _folders.Take(_builds["1.tmp"]));
        _folders.Dispose();
        Assert.Empty(Directory.GetFileSystemEntries(_builds.Path));
    }

    private static void Linked(string file, string other)
    {
        File.WriteAllText(file, "");
        using var ln = System.Diagnostics.Process.Start("ln", [file, other]);
        ln.WaitForExit();
    }

    private static void Anew(string folder)
    {
        Directory.Move(folder, folder + ".away");
        Directory.CreateDirectory(folder, (UnixFileMode)0x1C0);
    }
}
