using System.ComponentModel;
using System.Diagnostics;

namespace Slipway.Runner.Executors.Docker.Files;

/// <summary>Repositories made ready to travel, each once for all jobs of a run.</summary>
internal sealed class GitCopies : IDisposable
{
    /// <summary>Commits of a shallow copy: GitLab's default is 20.</summary>
    private const int Depth = 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task<GitCopy?>> _copies = new(StringComparer.Ordinal);
    private readonly List<string> _folders = [];

    /// <returns><see langword="null"/>: it cannot be copied; jobs run without one.</returns>
    public Task<GitCopy?> OfAsync(string gitDir, CancellationToken ct)
    {
        lock (_gate)
        {
            if (!_copies.TryGetValue(gitDir, out var copy))
                _copies[gitDir] = copy = Task.Run(() => MakeAsync(gitDir), CancellationToken.None);
            return copy.WaitAsync(ct);
        }
    }

    public void Dispose()
    {
        foreach (var folder in _folders)
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
    }

    private async Task<GitCopy?> MakeAsync(string gitDir)
    {
        if (GitCopy.List(gitDir) is { } whole)
            return whole;
        var folder = Directory.CreateTempSubdirectory("slipway-git-").FullName;
        lock (_gate)
            _folders.Add(folder);
        var branch = File.ReadAllText(Path.Combine(gitDir, "HEAD")).Trim();
        var name = branch.StartsWith("ref: refs/heads/", StringComparison.Ordinal) ? branch["ref: ".Length..] : null;
        var format = GitConfig.Read(Path.Combine(GitCopy.CommonDir(gitDir), "config")).ObjectFormat;
        string[][] steps =
        [
            ["init", "--quiet", "--bare", "--object-format=" + format, folder],
            ["--git-dir=" + folder, "fetch", "--quiet", $"--depth={Depth}", "--no-tags", "file://" + gitDir, "HEAD:" + (name ?? "refs/slipway/head")],
            name is null ? ["--git-dir=" + folder, "update-ref", "--no-deref", "HEAD", "refs/slipway/head"] : ["--git-dir=" + folder, "symbolic-ref", "HEAD", name],
            ["--git-dir=" + folder, "read-tree", "HEAD"],
        ];
        foreach (var step in steps)
            if (!await GitAsync(step))
                return null;
        return GitCopy.List(folder, GitConfig.Read(Path.Combine(GitCopy.CommonDir(gitDir), "config")));
    }

    private static async Task<bool> GitAsync(string[] arguments)
    {
        using var git = new Process();
        git.StartInfo = new ProcessStartInfo("git", arguments)
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        git.StartInfo.Environment["GIT_TERMINAL_PROMPT"] = "0";
        git.StartInfo.Environment["LC_ALL"] = "C";
        foreach (var variable in (ReadOnlySpan<string>)["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"])
            git.StartInfo.Environment.Remove(variable);
        try
        {
            git.Start();
        }
        catch (Win32Exception)
        {
            return false;
        }

        git.StandardInput.Close();
        await Task.WhenAll(git.StandardOutput.ReadToEndAsync(), git.StandardError.ReadToEndAsync(), git.WaitForExitAsync());
        return git.ExitCode == 0;
    }
}
