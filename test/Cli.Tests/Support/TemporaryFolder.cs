using System.Diagnostics;

namespace Slipway.Cli.Tests.Support;

/// <summary>A folder that goes when the test ends, and Git in it when wanted, untouched by the settings of whoever runs the tests.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("slipway-cli-").FullName;

    public static TemporaryFolder Repository(string branch = "main")
    {
        var folder = new TemporaryFolder();
        folder.Git("init", "--quiet", "-b", branch);
        folder.Git("config", "user.name", "Ada");
        folder.Git("config", "user.email", "ada@example.com");
        return folder;
    }

    /// <summary>A repository whose first commit holds these files.</summary>
    public static TemporaryFolder Repository(params (string Path, string Text)[] files)
    {
        var folder = Repository();
        foreach (var (path, text) in files)
            folder.Write(path, text);
        folder.Commit("First");
        return folder;
    }

    public string Write(string path, string text)
    {
        var full = System.IO.Path.Combine(Path, path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        return full;
    }

    public string Commit(string message)
    {
        Git("add", "--all");
        Git("commit", "--quiet", "--allow-empty", "--message", message);
        return Git("rev-parse", "HEAD");
    }

    public string Git(params string[] arguments)
    {
        var start = new ProcessStartInfo("git")
        {
            WorkingDirectory = Path,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("GIT_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_COMMITTER_DATE"] = start.Environment["GIT_AUTHOR_DATE"] = "2026-01-02T03:04:05+00:00";
        using var git = Process.Start(start)!;
        var complaint = git.StandardError.ReadToEndAsync();
        var answer = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return git.ExitCode == 0
            ? answer.Trim()
            : throw new InvalidOperationException($"git {string.Join(' ', arguments)}: {complaint.Result}");
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
