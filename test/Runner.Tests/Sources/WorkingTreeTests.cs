using System.Diagnostics;
using Slipway.Runner.Sources;
using Slipway.Runner.Tests.Jobs;
using Xunit;

namespace Slipway.Runner.Tests.Sources;

public sealed class WorkingTreeTests : IDisposable
{
    private readonly TemporaryFolder _checkout = new();
    private readonly TestJob _job = new();

    public WorkingTreeTests()
    {
        _job.Payload = _job.Payload with { Variables = [] };
        Git("init", "-q", "-b", "main");
        Git("config", "user.name", "A");
        Git("config", "user.email", "a@example.com");
    }

    public void Dispose()
    {
        _checkout.Dispose();
        _job.Dispose();
    }

    [Fact]
    public async Task A_job_has_its_own_copy_of_the_working_tree()
    {
        _checkout.Write("a b/c/deep.txt", "deep");
        var script = _checkout.Write("run.sh", "#!/bin/sh\necho ran\n");
        File.SetUnixFileMode(script, (UnixFileMode)0x1ED);
        _checkout.Write("a b-x", "between");
        _checkout.Write("empty", "");
        _checkout.Write("large", new string('l', 1_000_000));
        File.CreateSymbolicLink(_checkout["link"], "a b/c/deep.txt");
        File.CreateSymbolicLink(_checkout["dangling"], "nowhere");
        var log = await RunAsync(
            "cat 'a b/c/deep.txt' 'a b-x' link; echo",
            "./run.sh",
            "readlink dangling; stat -c %s large empty; echo changed > 'a b/c/deep.txt'"
        );
        Assert.Contains("deepbetweendeep\n", log);
        Assert.Contains("\nran\n", log);
        Assert.Contains("nowhere\n1000000\n0\n", log);
        Assert.Contains($"Taking the working tree of {_checkout.Path} (7 files)...\n", log);
        Assert.Equal("deep", File.ReadAllText(_checkout["a b/c/deep.txt"]));
    }

    [Fact]
    public async Task Git_works_in_the_copy_and_what_it_does_stays_there()
    {
        _checkout.Write("f", "one\n");
        Commit("first");
        Git("tag", "-a", "v1.0", "-m", "release");
        _checkout.Write("g", "two\n");
        Commit("second");
        _checkout.Write("f", "changed\n");
        var log = await RunAsync(
            "git status --short",
            "git describe --tags",
            "git log --format=%s",
            "git diff --stat | tail -1",
            "git rev-parse --abbrev-ref HEAD",
            "git add -A && git commit -qm third && git log -1 --format=%s && git fsck --no-progress && git branch -q new"
        );
        Assert.Contains("\n M f\n", log);
        Assert.Matches("\nv1\\.0-1-g[0-9a-f]{7,}\n", log);
        Assert.Contains("\nsecond\nfirst\n", log);
        Assert.Contains("1 file changed", log);
        Assert.Contains("\nHEAD\n", log);
        Assert.Contains("\nthird\n", log);
        Assert.Contains("Job succeeded", log);
        Assert.Equal("second", Git("log", "-1", "--format=%s"));
        Assert.Equal("main", Git("branch", "--format=%(refname:short)"));
    }

    [Fact]
    public async Task Credentials_hooks_and_helpers_stay_behind()
    {
        _checkout.Write("f", "x");
        Commit("first");
        Git("remote", "add", "origin", "https://user:s3cret@example.com/g/p.git");
        Git("config", "http.https://example.com/.extraheader", "Authorization: basic s3cret");
        Git("config", "credential.helper", "!echo s3cret");
        Git("config", "core.fsmonitor", "touch s3cret");
        _checkout.Write(".git/hooks/pre-commit", "#!/bin/sh\necho s3cret\nexit 1\n");
        File.SetUnixFileMode(_checkout[".git/hooks/pre-commit"], (UnixFileMode)0x1ED);
        var log = await RunAsync(
            "cat .git/config",
            "ls .git",
            "git remote get-url origin",
            "git commit -q --allow-empty -m more && echo committed"
        );
        Assert.DoesNotContain("s3cret", log);
        Assert.Contains("\nhttps://example.com/g/p.git\n", log);
        Assert.Contains("\ncommitted\n", log);
    }

    [Fact]
    public async Task A_worktree_and_packed_refs_are_understood()
    {
        _checkout.Write("f", "x");
        Commit("first");
        Git("tag", "packed");
        Git("pack-refs", "--all");
        Git("tag", "loose");
        Git("worktree", "add", "-q", _checkout["tree"], "-b", "side");
        _job.Sources = new SourceTree(_checkout["tree"], ["f"], _checkout["tree/.git"]);
        await _job.Script("git tag; git log --format=%s; git status --short | wc -l").RunAsync();
        Assert.Contains("\nloose\npacked\nfirst\n0\n", _job.Log);
    }

    [Fact]
    public async Task A_repository_without_commits_is_one_all_the_same()
    {
        _checkout.Write("f", "x");
        Assert.Contains("\n?? f\n", await RunAsync("git status --short"));
    }

    [Fact]
    public async Task A_job_without_a_repository_does_not_find_the_users()
    {
        Directory.CreateDirectory(_job.Folder["work"]);
        using var git = Process.Start("git", ["init", "-q", _job.Folder["work"]]);
        await git.WaitForExitAsync(TestContext.Current.CancellationToken);
        _job.Payload = _job.Payload with { Variables = [new("GIT_STRATEGY", "none")] };
        await _job.Script("git rev-parse --show-toplevel || echo none").RunAsync();
        Assert.Contains("\nnone\n", _job.Log);
    }

    [Fact]
    public async Task A_file_that_vanished_and_a_submodules_folder_do_no_harm()
    {
        _checkout.Write("sub/file", "x");
        _job.Sources = new SourceTree(_checkout.Path, ["gone", "gone-too/f", "sub"], null);
        await _job.Script("ls -A; ls -A sub").RunAsync();
        Assert.Contains("$ ls -A; ls -A sub\ngone-too\nsub\nJob succeeded", _job.Log);
    }

    [Theory]
    [InlineData(null, "", "Skipping Git submodules setup")]
    [InlineData("none", "", "Skipping Git submodules setup")]
    [InlineData("normal", "sub/a", "Updating/initializing submodules...")]
    [InlineData("recursive", "sub/a\nsub/inner/b", "Updating/initializing submodules recursively...")]
    public async Task Submodules_come_when_the_job_wants_them(string? strategy, string files, string said)
    {
        _checkout.Write("sub/a", "x");
        _checkout.Write("sub/inner/b", "x");
        _checkout.Write("absent/.keep", "x");
        _job.Sources = new SourceTree(_checkout.Path, ["absent", "sub"], null)
        {
            WithSubmodules = (choice, _) => Task.FromResult(Chosen(choice)),
        };
        if (strategy is not null)
            _job.Payload = _job.Payload with { Variables = [new("GIT_SUBMODULE_STRATEGY", strategy), new("GIT_SUBMODULE_PATHS", " sub ")] };
        await _job.Script("find sub absent -type f | sort").RunAsync();
        Assert.Contains($"| sort\n{files}{(files.Length > 0 ? "\n" : "")}Job succeeded", _job.Log);
        Assert.Contains(said, _job.Log);
        Assert.Equal(
            files.Length > 0,
            _job.Log.Contains("submodule absent is not checked out, so its folder stays empty", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task An_unknown_submodule_strategy_fails_the_job()
    {
        _checkout.Write("f", "x");
        _job.Payload = _job.Payload with { Variables = [new("GIT_SUBMODULE_STRATEGY", "deep")] };
        Assert.Contains("unknown GIT_SUBMODULE_STRATEGY \"deep\"", await RunAsync("ls"));
    }

    private SubmoduleTree Chosen(SubmoduleChoice choice)
    {
        Assert.Equal("sub", choice.Paths);
        string[] paths = choice.Recursive ? ["absent", "sub/a", "sub/inner/b"] : ["absent", "sub/a", "sub/inner"];
        return new SubmoduleTree(new SourceTree(_checkout.Path, paths, null), ["absent"]);
    }

    [Fact]
    public async Task Leftovers_of_an_earlier_job_are_gone()
    {
        _checkout.Write("f", "x");
        Directory.CreateDirectory(_job.ProjectDir + "/old/folder");
        File.WriteAllText(_job.ProjectDir + "/old/file", "x");
        Assert.Contains("$ ls\nf\nJob succeeded", await RunAsync("ls"));
    }

    [Fact]
    public void Hundreds_of_files_are_copied_by_several_threads()
    {
        var paths = Enumerable.Range(0, 600).Select(i => $"d{i % 37}/e{i % 5}/f{i}").Order(StringComparer.Ordinal).ToArray();
        foreach (var path in paths)
            _checkout.Write(path, path);
        using var target = new TemporaryFolder();
        new Workspace(SourcePlan.For(new SourceTree(_checkout.Path, paths, null)).Layout, target.Path).Restore(
            TestContext.Current.CancellationToken
        );
        foreach (var path in paths)
            Assert.Equal(path, File.ReadAllText(target[path]));
    }

    [Fact]
    public void A_read_only_folder_can_be_removed()
    {
        var folder = _checkout["module/cache"];
        Directory.CreateDirectory(folder);
        File.WriteAllText(folder + "/f", "x");
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        TreeRemoval.Remove(_checkout["module"]);
        Assert.False(Directory.Exists(_checkout["module"]));
    }

    private async Task<string> RunAsync(params string[] script)
    {
        var paths = Git("ls-files", "-z", "--cached", "--others", "--exclude-standard").Split('\0', StringSplitOptions.RemoveEmptyEntries);
        Array.Sort(paths, StringComparer.Ordinal);
        _job.Sources = new SourceTree(_checkout.Path, paths, _checkout[".git"]);
        await _job.Script(script).RunAsync();
        return _job.Log;
    }

    private void Commit(string message)
    {
        Git("add", "-A");
        Git("commit", "-qm", message);
    }

    private string Git(params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments)
        {
            WorkingDirectory = _checkout.Path,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var git = Process.Start(start)!;
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return output.TrimEnd('\n');
    }
}
