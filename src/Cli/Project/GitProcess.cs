using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Slipway.Cli.Project;

/// <param name="ExitCode">-1: there is no <c>git</c> here; -2: it took too long.</param>
internal sealed record GitAnswer(int ExitCode, string Text, string Complaint)
{
    public const int Missing = -1;
    public const int TookTooLong = -2;

    public bool Ok => ExitCode == 0;

    /// <summary>The parts of an answer that was asked for with <c>-z</c>.</summary>
    public string[] Parts() => Text.Split('\0', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>
/// Asks the <c>git</c> program. Arguments go to it as they are, without a shell; it may start no program of the repository's choosing (hooks,
/// file system monitors, external diffs), lock nothing, ask nothing, and the environment cannot point it at another repository.
/// </summary>
internal static class GitProcess
{
    /// <summary>Half a million paths of a hundred characters each: a longer answer is cut and counts as failed.</summary>
    private const int LongestAnswer = 64 * 1024 * 1024;

    private const int LongestComplaint = 4096;

    private static readonly string[] Fixed =
    [
        "--no-pager",
        "--no-optional-locks",
        "--literal-pathspecs",
        "-c",
        "core.fsmonitor=false",
        "-c",
        "core.hooksPath=/dev/null",
        "-c",
        "core.quotePath=false",
        "-c",
        "log.showSignature=false",
    ];

    public static GitAnswer Ask(string folder, params string[] arguments) => Begin(folder, arguments)();

    /// <summary>Starts git now and waits for it when the result is called, so that several can work at once. (Tasks would cost more at start-up than git itself.)</summary>
    public static Func<GitAnswer> Begin(string folder, params string[] arguments)
    {
        var git = Start(folder, arguments);
        if (git is null)
            return () => NotInstalled;
        git.StandardInput.Close();
        var complaint = "";
        var listener = new Thread(() => complaint = Read(git.StandardError, LongestComplaint, out _));
        listener.Start();
        return () =>
        {
            using (git)
            {
                var text = Read(git.StandardOutput, LongestAnswer, out var whole);
                git.WaitForExit();
                listener.Join();
                return new GitAnswer(whole ? git.ExitCode : 128, text, complaint.Trim());
            }
        };
    }

    /// <summary>
    /// Lets git talk with another repository. What the user has set for that (ssh, proxies, certificates, credentials) holds, but nobody is asked
    /// for anything, and no transport runs a program of the address's choosing.
    /// </summary>
    /// <param name="limit">Then it is ended.</param>
    public static GitAnswer AskRemote(string folder, TimeSpan limit, params string[] arguments)
    {
        using var git = Start(folder, arguments, toRemote: true);
        if (git is null)
            return NotInstalled;
        git.StandardInput.Close();
        var (text, complaint, whole) = ("", "", true);
        var reader = new Thread(() => text = Read(git.StandardOutput, LongestAnswer, out whole)) { IsBackground = true };
        var listener = new Thread(() => complaint = Read(git.StandardError, LongestComplaint, out _)) { IsBackground = true };
        reader.Start();
        listener.Start();
        if (!git.WaitForExit(limit))
        {
            git.Kill(entireProcessTree: true);
            return new GitAnswer(GitAnswer.TookTooLong, "", $"no answer within {limit.TotalSeconds:0} seconds");
        }

        reader.Join();
        listener.Join();
        return new GitAnswer(whole ? git.ExitCode : 128, text, complaint.Trim());
    }

    /// <summary>An answer as bytes: a file's content, say.</summary>
    /// <returns><see langword="null"/> when git fails, or has more than <paramref name="longest"/> bytes to say.</returns>
    public static byte[]? Bytes(string folder, int longest, params string[] arguments)
    {
        using var git = Start(folder, arguments);
        if (git is null)
            return null;
        git.StandardInput.Close();
        var listener = new Thread(() => Read(git.StandardError, LongestComplaint, out _));
        listener.Start();
        var answer = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; (read = git.StandardOutput.BaseStream.Read(buffer, 0, buffer.Length)) > 0; )
        {
            if (answer.Length <= longest)
                answer.Write(buffer, 0, read);
        }

        git.WaitForExit();
        listener.Join();
        return git.ExitCode == 0 && answer.Length <= longest ? answer.ToArray() : null;
    }

    private static GitAnswer NotInstalled { get; } = new(GitAnswer.Missing, "", "the git program is not installed");

    /// <summary>What the user may say in the environment of how to reach a repository; everything else that begins with <c>GIT_</c> is about a repository.</summary>
    private static bool IsAboutReaching(string name) =>
        name.StartsWith("GIT_SSH", StringComparison.Ordinal)
        || name.StartsWith("GIT_SSL_", StringComparison.Ordinal)
        || name.StartsWith("GIT_HTTP_", StringComparison.Ordinal)
        || name.StartsWith("GIT_PROXY_", StringComparison.Ordinal)
        || name.StartsWith("GIT_CONFIG_", StringComparison.Ordinal);

    private static void NeverAsk(IDictionary<string, string?> environment)
    {
        environment["GIT_ALLOW_PROTOCOL"] = "file:git:http:https:ssh";
        environment["GIT_ASKPASS"] = "";
        environment["SSH_ASKPASS"] = "false";
        environment["SSH_ASKPASS_REQUIRE"] = "force";
        environment["GCM_INTERACTIVE"] = "never";
    }

    private static Process? Start(string folder, string[] arguments, bool toRemote = false)
    {
        var start = new ProcessStartInfo("git")
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        foreach (var argument in Fixed)
            start.ArgumentList.Add(argument);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("GIT_", StringComparison.Ordinal)).ToArray())
        {
            if (!toRemote || !IsAboutReaching(name))
                start.Environment.Remove(name);
        }

        if (toRemote)
            NeverAsk(start.Environment);
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        start.Environment["LC_ALL"] = "C";
        try
        {
            return Process.Start(start);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Reads to the end, and keeps at most <paramref name="longest"/> characters of it.</summary>
    private static string Read(StreamReader from, int longest, out bool whole)
    {
        var text = new StringBuilder();
        var buffer = new char[4096];
        whole = true;
        for (int read; (read = from.Read(buffer, 0, buffer.Length)) > 0; )
        {
            whole &= text.Length + read <= longest;
            if (whole)
                text.Append(buffer, 0, read);
        }

        return text.ToString();
    }
}
