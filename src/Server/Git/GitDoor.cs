using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Slipway.Server.Git;

/// <summary>
/// The one place that starts <c>git</c>. Arguments go to it as they are, without a shell. It sees no environment and no configuration but ours, so it can
/// be led to no hook, no other program, no other repository and no network; it asks nothing, and ends with its time or its request.
/// </summary>
internal sealed class GitDoor(TimeProvider time)
{
    private const int LongestComplaint = 8 * 1024;

    private static readonly Dictionary<string, string> Fixed = Environment();

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Runs git to its end.</summary>
    /// <param name="repository">A bare repository's folder.</param>
    /// <returns>What it said; an exit code that is not 0 is an answer too.</returns>
    /// <exception cref="GitException">There is no git here.</exception>
    public async Task<GitAnswer> RunAsync(string repository, GitCall call, CancellationToken ct)
    {
        using var over = new CancellationTokenSource(call.Limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, over.Token);
        using var git = Start(repository, call);
        await using var killer = both.Token.UnsafeRegister(process => Kill((Process)process!), git);
        var complaint = ReadTextAsync(git.StandardError.BaseStream);
        var feeding = FeedAsync(git, call, both);
        var taking = TakeAsync(git, call, both);
        try
        {
            await Task.WhenAll(feeding, taking);
            await git.WaitForExitAsync(both.Token);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            return new GitAnswer(GitAnswer.TookTooLong, [], $"no end within {call.Limit.TotalSeconds:0} s");
        }
        catch (Exception)
        {
            Kill(git);
            throw;
        }

        var output = await taking;
        return new GitAnswer(output is null ? GitAnswer.SaidTooMuch : git.ExitCode, output ?? [], (await complaint).Trim());
    }

    /// <summary>The same for those who cannot wait otherwise: a compilation asks for files while it runs. Takes no feed and no drink.</summary>
    public GitAnswer Run(string repository, GitCall call)
    {
        using var git = Start(repository, call);
        using var over = new CancellationTokenSource(call.Limit, time);
        using var killer = over.Token.UnsafeRegister(process => Kill((Process)process!), git);
        var complaint = new StringBuilder();
        git.ErrorDataReceived += (_, line) =>
        {
            if (complaint.Length < LongestComplaint)
                complaint.AppendLine(line.Data);
        };
        git.BeginErrorReadLine();
        WriteAll(git, call.Input.Span);
        var output = new MemoryStream();
        var buffer = new byte[32 * 1024];
        for (int read; (read = git.StandardOutput.BaseStream.Read(buffer)) > 0; )
        {
            if (output.Length <= call.MaxOutput)
                output.Write(buffer, 0, read);
        }

        git.WaitForExit();
        if (over.IsCancellationRequested)
            return new GitAnswer(GitAnswer.TookTooLong, [], $"no end within {call.Limit.TotalSeconds:0} s");
        var whole = output.Length <= call.MaxOutput;
        return new GitAnswer(whole ? git.ExitCode : GitAnswer.SaidTooMuch, whole ? output.ToArray() : [], complaint.ToString().Trim());
    }

    /// <summary>Starts git for a conversation. Whoever asked ends it by disposing of it.</summary>
    internal static Process Start(string repository, GitCall call)
    {
        var start = new ProcessStartInfo("git")
        {
            WorkingDirectory = repository,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in call.Arguments)
            start.ArgumentList.Add(argument);
        start.Environment.Clear();
        foreach (var (name, value) in Fixed.Concat(call.Environment))
            start.Environment[name] = value;
        start.Environment["GIT_DIR"] = repository;
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new GitException("The git program cannot be started: " + e.Message, e);
        }
    }

    internal static void Kill(Process git)
    {
        try
        {
            git.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException) { }
    }

    private static void WriteAll(Process git, ReadOnlySpan<byte> input)
    {
        try
        {
            git.StandardInput.BaseStream.Write(input);
            git.StandardInput.Close();
        }
        catch (IOException) { }
    }

    private static async Task FeedAsync(Process git, GitCall call, CancellationTokenSource both)
    {
        var input = new GitPipe(git.StandardInput.BaseStream);
        try
        {
            if (call.Feed is { } feed)
                await feed(input, both.Token);
            else
                await input.WriteAsync(call.Input, both.Token);
            await input.FlushAsync(both.Token);
        }
        catch (GitPipe.BrokenException)
        {
            // It has ended before it read all: its exit code says why.
        }
        catch
        {
            await both.CancelAsync();
            throw;
        }
        finally
        {
            input.Close();
        }
    }

    /// <returns>Nothing when it said too much.</returns>
    private static async Task<byte[]?> TakeAsync(Process git, GitCall call, CancellationTokenSource both)
    {
        var output = git.StandardOutput.BaseStream;
        try
        {
            if (call.Drink is { } drink)
            {
                await drink(output, both.Token);
                return [];
            }

            var taken = new MemoryStream();
            var buffer = new byte[32 * 1024];
            for (int read; (read = await output.ReadAsync(buffer, both.Token)) > 0; )
            {
                if (taken.Length + read > call.MaxOutput)
                {
                    Kill(git);
                    return null;
                }

                taken.Write(buffer, 0, read);
            }

            return taken.ToArray();
        }
        catch
        {
            await both.CancelAsync();
            throw;
        }
    }

    private static async Task<string> ReadTextAsync(Stream from)
    {
        var text = new MemoryStream();
        var buffer = new byte[4096];
        for (int read; (read = await from.ReadAsync(buffer, CancellationToken.None)) > 0; )
        {
            if (text.Length < LongestComplaint)
                text.Write(buffer, 0, read);
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }

    private static Dictionary<string, string> Environment()
    {
        var all = new Dictionary<string, string>
        {
            ["PATH"] = System.Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin",
            ["HOME"] = "/nonexistent",
            ["LC_ALL"] = "C",
            ["TZ"] = "UTC",
            ["GIT_CONFIG_NOSYSTEM"] = "1",
            ["GIT_CONFIG_GLOBAL"] = "/dev/null",
            ["GIT_ATTR_NOSYSTEM"] = "1",
            ["GIT_TERMINAL_PROMPT"] = "0",
            ["GIT_ASKPASS"] = "false",
            ["GIT_OPTIONAL_LOCKS"] = "0",
            ["GIT_NO_LAZY_FETCH"] = "1",
            ["GIT_NO_REPLACE_OBJECTS"] = "1",
            ["GIT_PAGER"] = "cat",
            // A delta of some bytes may say that it makes gigabytes.
            ["GIT_ALLOC_LIMIT"] = "1g",
        };
        all["GIT_CONFIG_COUNT"] = GitSettings.All.Count.ToString();
        foreach (var (place, (name, value)) in GitSettings.All.Index())
            (all[$"GIT_CONFIG_KEY_{place}"], all[$"GIT_CONFIG_VALUE_{place}"]) = (name, value);
        return all;
    }
}
