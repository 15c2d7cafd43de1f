using System.Diagnostics;
using System.Text;

namespace Slipway.Server.Tests.Support;

/// <param name="Said">Standard output and error, in that order.</param>
internal sealed record GitResult(int ExitCode, string Output, string Said)
{
    public bool Ok => ExitCode == 0;
}

/// <summary>The real git, as a user has it, in a folder of one test's own. It asks nobody anything and reads no configuration of this machine.</summary>
internal sealed class GitClient(string folder)
{
    public string Folder => folder;

    /// <summary>A new working tree with a branch <c>main</c> and no commit.</summary>
    public static async Task<GitClient> InitAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        var git = new GitClient(folder);
        await git.OkAsync("init", "-q", "-b", "main");
        return git;
    }

    /// <summary>Writes files, commits them, and returns the commit's id.</summary>
    public async Task<string> CommitAsync(string message, params (string Path, string? Text)[] files)
    {
        foreach (var (path, text) in files)
        {
            var full = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            if (text is null)
                File.Delete(full);
            else
                await File.WriteAllTextAsync(full, text);
        }

        await OkAsync("add", "-A");
        await OkAsync("commit", "-q", "--allow-empty", "-m", message);
        return await LineAsync("rev-parse", "HEAD");
    }

    public async Task<string> OkAsync(params string[] arguments)
    {
        var result = await RunAsync(arguments);
        return result.Ok
            ? result.Output
            : throw new InvalidOperationException($"git {string.Join(' ', arguments)}: {result.ExitCode}\n{result.Said}");
    }

    public async Task<string> LineAsync(params string[] arguments) => (await OkAsync(arguments)).Split('\n')[0];

    /// <summary>A tree with one file of any name, also one that git itself would not write.</summary>
    public async Task<string> WriteTreeAsync(string name, string blob)
    {
        byte[] tree = [.. Encoding.UTF8.GetBytes($"100644 {name}\0"), .. Convert.FromHexString(blob)];
        await File.WriteAllBytesAsync(Path.Combine(folder, ".git", "tree"), tree);
        return await LineAsync("hash-object", "-w", "-t", "tree", "--literally", ".git/tree");
    }

    /// <summary>Runs a line of shell in the folder.</summary>
    public async Task ShellAsync(string line)
    {
        var result = await RunAsync("/bin/sh", ["-c", line]);
        if (!result.Ok)
            throw new InvalidOperationException($"{line}: {result.Said}");
    }

    public Task<GitResult> RunAsync(params string[] arguments) => RunAsync("git", arguments);

    private async Task<GitResult> RunAsync(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (
            var name in start.Environment.Keys.Where(name => name.StartsWith("GIT_") || name.EndsWith("_proxy") || name.EndsWith("_PROXY"))
        )
            start.Environment.Remove(name);
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        using var git = Process.Start(start)!;
        git.StandardInput.Close();
        var output = git.StandardOutput.ReadToEndAsync();
        var error = await git.StandardError.ReadToEndAsync();
        await git.WaitForExitAsync();
        return new GitResult(git.ExitCode, await output, await output + error);
    }

    private static readonly Dictionary<string, string> Environment = new()
    {
        ["GIT_CONFIG_NOSYSTEM"] = "1",
        ["GIT_CONFIG_GLOBAL"] = "/dev/null",
        ["GIT_TERMINAL_PROMPT"] = "0",
        ["GIT_AUTHOR_NAME"] = "Ada Lovelace",
        ["GIT_AUTHOR_EMAIL"] = "ada@example.com",
        ["GIT_AUTHOR_DATE"] = "2026-01-02T03:04:05+01:00",
        ["GIT_COMMITTER_NAME"] = "Charles Babbage",
        ["GIT_COMMITTER_EMAIL"] = "charles@example.com",
        ["GIT_COMMITTER_DATE"] = "2026-01-02T04:00:00+01:00",
        ["LC_ALL"] = "C",
    };
}
