using System.Diagnostics;

namespace Slipway.Scenarios.OnServer;

/// <summary>The real git over a scenario's files, its own folder beside them. It reads no configuration of this machine.</summary>
internal sealed class ProjectGit(string gitDir, string files)
{
    private static readonly Dictionary<string, string> s_environment = new()
    {
        ["GIT_CONFIG_NOSYSTEM"] = "1",
        ["GIT_CONFIG_GLOBAL"] = "/dev/null",
        ["GIT_TERMINAL_PROMPT"] = "0",
        ["GIT_AUTHOR_NAME"] = "Ada",
        ["GIT_AUTHOR_EMAIL"] = "ada@example.com",
        ["GIT_AUTHOR_DATE"] = "2026-01-05T09:00:00+00:00",
        ["GIT_COMMITTER_NAME"] = "Ada",
        ["GIT_COMMITTER_EMAIL"] = "ada@example.com",
        ["GIT_COMMITTER_DATE"] = "2026-01-05T09:00:00+00:00",
    };

    /// <summary>Commits the files as they are, changed or not.</summary>
    public async Task<string> CommitAsync(string message)
    {
        await RunAsync("add", "-A", "-f");
        // -m would end it with a line break.
        var text = Path.Combine(gitDir, "message");
        await File.WriteAllTextAsync(text, message);
        await RunAsync("commit", "-q", "--no-gpg-sign", "--allow-empty", "--allow-empty-message", "--cleanup=verbatim", "-F", text);
        return (await RunAsync("rev-parse", "HEAD")).Trim();
    }

    public async Task<string> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("git", ["--git-dir", gitDir, "--work-tree", files, .. arguments])
        {
            WorkingDirectory = files,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in s_environment)
            start.Environment[name] = value;
        using var git = Process.Start(start) ?? throw new InvalidOperationException("git did not start");
        git.StandardInput.Close();
        var output = git.StandardOutput.ReadToEndAsync();
        var error = await git.StandardError.ReadToEndAsync();
        await git.WaitForExitAsync();
        return git.ExitCode == 0 ? await output : throw new InvalidOperationException($"git {string.Join(' ', arguments)}: {error}");
    }
}
