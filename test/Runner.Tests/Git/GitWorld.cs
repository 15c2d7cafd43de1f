using System.Diagnostics;

namespace Slipway.Runner.Tests.Git;

/// <summary>A folder of bare repositories to push into and to serve.</summary>
internal sealed class GitWorld : IDisposable
{
    private static readonly string[] Settings =
    [
        "-c",
        "user.name=A",
        "-c",
        "user.email=a@example.com",
        "-c",
        "init.defaultBranch=main",
        "-c",
        "commit.gpgsign=false",
        "-c",
        "protocol.file.allow=always",
        "-c",
        "advice.detachedHead=false",
    ];

    public TemporaryFolder Folder { get; } = new();

    public void Dispose() => Folder.Dispose();

    /// <summary>Makes <c>name.git</c> and a checkout of it beside it, with one commit.</summary>
    public GitRepository Create(string name, string format = "sha1")
    {
        var bare = Folder[$"host/{name}.git"];
        Directory.CreateDirectory(bare);
        Git(bare, "init", "--quiet", "--bare", "--object-format=" + format);
        Git(bare, "config", "uploadpack.allowAnySHA1InWant", "true");
        var work = Folder[$"work-of/{name}"];
        Directory.CreateDirectory(work);
        Git(work, "init", "--quiet", "--object-format=" + format);
        Git(work, "remote", "add", "origin", bare);
        var repository = new GitRepository(work, bare);
        repository.Commit("README.md", "hello\n");
        return repository;
    }

    public static string Git(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", [.. Settings, "-C", folder, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        using var git = Process.Start(start)!;
        var errors = git.StandardError.ReadToEndAsync();
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return git.ExitCode == 0
            ? output.Trim()
            : throw new InvalidOperationException($"git {string.Join(' ', arguments)}: {errors.Result}");
    }
}

/// <param name="Work">A checkout to make commits in.</param>
/// <param name="Bare">What is served.</param>
internal sealed record GitRepository(string Work, string Bare)
{
    public string Head => GitWorld.Git(Work, "rev-parse", "HEAD");

    /// <summary>Commits a file and pushes <c>main</c>, by force.</summary>
    /// <returns>The commit.</returns>
    public string Commit(string path, string content)
    {
        var file = Path.Combine(Work, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
        GitWorld.Git(Work, "add", "--all");
        GitWorld.Git(Work, "commit", "--quiet", "--message", path);
        return Push();
    }

    public string Push(string to = "refs/heads/main")
    {
        GitWorld.Git(Work, "push", "--quiet", "--force", "origin", "HEAD:" + to);
        return Head;
    }

    /// <param name="url">As <c>.gitmodules</c> has it.</param>
    public string AddSubmodule(string path, string url, string commit, string from)
    {
        GitWorld.Git(Work, "clone", "--quiet", from, path);
        File.AppendAllText(Path.Combine(Work, ".gitmodules"), $"[submodule \"{path}\"]\n\tpath = {path}\n\turl = {url}\n");
        GitWorld.Git(Path.Combine(Work, path), "checkout", "--quiet", commit);
        GitWorld.Git(Work, "add", "--all");
        GitWorld.Git(Work, "commit", "--quiet", "--message", "submodule");
        return Push();
    }
}
