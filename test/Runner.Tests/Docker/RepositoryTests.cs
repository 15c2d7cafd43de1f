using System.Diagnostics;
using Slipway.Runner.Executors.Docker.Files;
using Slipway.Runner.Sources;
using Xunit;

namespace Slipway.Runner.Tests.Docker;

/// <summary>What a job's container gets of the repository.</summary>
[Collection(EngineTests.Name)]
public sealed class RepositoryTests(TestEngine engine) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Git_works_in_the_container_and_sees_what_is_not_committed()
    {
        await engine.NeedAsync("docker:27-cli");
        Repository(commits: 2);
        Git("remote", "add", "origin", "https://me:s3cret@example.com/group/project.git");
        Git("tag", "v1");
        File.WriteAllText($"{_folder}/file", "changed");
        await using var job = new TestJob(engine.Executors, "docker:27-cli");
        await job.Executor.PrepareAsync(default);
        await job.Executor.PutSourcesAsync(new SourceTree(_folder, ["file"], _folder + "/.git"), default);
        Assert.Equal(
            0,
            await job.StageAsync("git log --oneline | wc -l; git describe --tags --dirty; git status --short; git config -l; git fsck")
        );
        Assert.Contains("2\nv1-dirty\n M file\n", job.Log);
        Assert.Contains("example.com/group/project.git", job.Log);
        Assert.DoesNotContain("s3cret", job.Log);
    }

    [Fact]
    public async Task Of_a_large_repository_only_the_last_commits_travel()
    {
        Repository(commits: 25);
        await using var copies = new GitCopies(largeStore: 100);
        var tree = new SourceTree(_folder, ["file"], _folder + "/.git");
        var copy = await copies.OfAsync(tree, default);
        Assert.NotNull(copy);
        Assert.Same(copy, await copies.OfAsync(tree, default));
        Assert.DoesNotContain(copy.Objects, file => file.File.StartsWith(_folder));
        Assert.Contains(copy.Snapshot.Files, file => file.Path == "shallow");
        // Put together as in a container, it is a sound repository with all of the last commit's files.
        var target = Directory.CreateTempSubdirectory().FullName;
        try
        {
            foreach (var folder in GitSnapshot.Folders)
                Directory.CreateDirectory($"{target}/.git/{folder}");
            foreach (var file in copy.Snapshot.Files)
                File.WriteAllBytes(Made($"{target}/.git/{file.Path}"), file.Content);
            foreach (var (path, file) in copy.Objects)
                File.Copy(file, Made($"{target}/.git/{path}"));
            Assert.Equal("20\n", GitIn(target, "rev-list", "--count", "HEAD"));
            GitIn(target, "checkout", "--quiet", "--force", "HEAD");
            Assert.Equal("24", File.ReadAllText($"{target}/file"));
            Assert.Equal("", GitIn(target, "status", "--short"));
        }
        finally
        {
            Directory.Delete(target, recursive: true);
        }
    }

    [Fact]
    public async Task Of_a_folder_that_is_refilled_nothing_is_kept_and_a_whole_history_stays_whole()
    {
        Repository(commits: 25);
        await using var copies = new GitCopies(largeStore: 100);
        var tree = new SourceTree(_folder, ["file"], _folder + "/.git") { IsRefilled = true, ShortenTo = 3 };
        var copy = await copies.OfAsync(tree, default);
        Assert.NotSame(copy, await copies.OfAsync(tree, default));
        Assert.Equal("3\n", GitIn(copy!.Folder!, "rev-list", "--count", "HEAD"));
        copies.Done(tree, copy);
        Assert.False(Directory.Exists(copy.Folder));

        var whole = await copies.OfAsync(tree with { ShortenTo = null }, default);
        Assert.Null(whole!.Folder);
        Assert.DoesNotContain(whole.Snapshot.Files, file => file.Path == "shallow");
    }

    [Fact]
    public async Task Links_that_lead_out_of_the_builds_folder_are_put_like_any_other()
    {
        await engine.NeedAsync("busybox");
        Directory.CreateDirectory(_folder + "/deep");
        (string Path, string Target)[] links =
        [
            ("up", "../../../etc/hostname"),
            ("deep/up", "../../../../.."),
            ("absolute", "/../../etc"),
            ("near", "deep/../file"),
        ];
        foreach (var (path, target) in links)
            File.CreateSymbolicLink($"{_folder}/{path}", target);
        File.WriteAllText($"{_folder}/file", "content");
        await using var job = new TestJob(engine.Executors, "busybox");
        await job.Executor.PrepareAsync(default);
        await job.Executor.PutSourcesAsync(new SourceTree(_folder, ["file", .. links.Select(l => l.Path)], null), default);
        var names = string.Join(' ', links.Select(l => l.Path));
        Assert.Equal(0, await job.StageAsync($"for l in {names}; do echo $l to $(readlink $l); done; cat near; stat -c %a deep; id -u"));
        Assert.Contains(string.Concat(links.Select(l => $"{l.Path} to {l.Target}\n")) + "content777\n", job.Log);
    }

    private static string Made(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    private void Repository(int commits)
    {
        Git("init", "--quiet", "-b", "main");
        for (var i = 0; i < commits; i++)
        {
            File.WriteAllText($"{_folder}/file", i.ToString());
            Git("add", "file");
            Git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "-m", "commit " + i);
        }
    }

    private void Git(params string[] arguments) => GitIn(_folder, arguments);

    private static string GitIn(string folder, params string[] arguments)
    {
        using var git = Process.Start(
            new ProcessStartInfo("git", arguments)
            {
                WorkingDirectory = folder,
                UseShellExecute = false,
                RedirectStandardOutput = true,
            }
        )!;
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
        return output;
    }
}
