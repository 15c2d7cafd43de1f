using System.Text;
using Slipway.Protocol.Jobs;
using Slipway.Runner.Executors;
using Slipway.Runner.Executors.Shell;
using Slipway.Runner.Posix;
using Slipway.Runner.Scripts;
using Slipway.Runner.Sources;
using Slipway.Runner.Sources.Git;

namespace Slipway.Runner.Jobs;

/// <summary>
/// Fetches a job's repository on this machine, for executors whose jobs run where git may not be, and hands the files over (docs/adr/0008). Git
/// runs as the runner's user, so nothing of the job gets near it: not its variables, no flag that names a program or a path, no protocol but HTTP,
/// and none of the user's own logins.
/// </summary>
internal sealed class HostCheckout(JobEnvironment job)
{
    /// <summary>Variables that only say how to speak HTTP.</summary>
    private static readonly string[] Harmless =
    [
        "GIT_SSL_NO_VERIFY",
        "GIT_HTTP_LOW_SPEED_LIMIT",
        "GIT_HTTP_LOW_SPEED_TIME",
        "GIT_HTTP_MAX_REQUESTS",
    ];

    /// <summary>Below the work folder: one for each slot and project, kept for the next job.</summary>
    public static string Folder(JobEnvironment job, string projectPath) =>
        Path.Combine(
            job.Host.WorkDir,
            "sources",
            job.Runner.ShortToken is { Length: > 0 } token ? token : "local",
            job.Host.ConcurrentProjectId.ToString(),
            projectPath
        );

    public async Task RunAsync(GitOrder order, bool again, IExecutor executor, CancellationToken ct)
    {
        GitFlags.CheckFetch(order.FetchFlags);
        GitFlags.CheckSubmodules(order.Submodules?.Flags ?? []);
        var folder = Folder(job, job.ProjectPath);
        var temporary = folder + ".tmp";
        var authorities = order.CaFile is null ? null : Path.Combine(temporary, "CI_SERVER_TLS_CA_FILE");
        order = order with
        {
            Clean = ["-ffdx"],
            // No job ever gets at the folder.
            CleanConfig = false,
            TrustFolder = false,
            Fresh = order.Fresh || again,
            CaFile = authorities,
        };
        try
        {
            Directory.CreateDirectory(temporary);
            if (authorities is not null)
                await File.WriteAllTextAsync(authorities, job.Variables.Content("CI_SERVER_TLS_CA_FILE"), ct);
            await FetchAsync(new GitScript(order, folder, temporary).ToText(), folder, temporary, ct);
        }
        finally
        {
            TreeRemoval.Remove(temporary);
        }

        var tree = new SourceTree(folder, order.Checkout ? CheckedOut.Paths(folder, ct) : [], Path.Combine(folder, ".git"))
        {
            IsRefilled = true,
            ShortenTo = order.Info.Depth > 0 ? order.Info.Depth : null,
        };
        await executor.PutSourcesAsync(tree, ct);
    }

    private async Task FetchAsync(string text, string folder, string temporary, CancellationToken ct)
    {
        var script = new ShellScript(new JobVariables([], temporary), new JobPaths(Path.GetDirectoryName(folder)!, folder))
        {
            Commands = [],
            Own = text,
        };
        var start = new ChildStart(ShellProgram.Find("sh"), [], Environment(temporary), temporary);
        var process = ShellProcess.Start(start, Encoding.UTF8.GetBytes(script.ToText()), job.Trace, job.Time);
        int code;
        await using (ct.Register(() => process.Stop(TimeSpan.Zero)))
            code = await process.Exited;
        job.Trace.EndOutput();
        await process.EndLeftoversAsync();
        ct.ThrowIfCancellationRequested();
        if (code != 0)
            throw new JobFailedException(FailureReason.Script, $"exit code {code}", code);
    }

    private List<string> Environment(string home)
    {
        var environment = HostEnvironment.Of(System.Environment.GetEnvironmentVariables());
        environment.RemoveAll(entry => entry.StartsWith("HOME=", StringComparison.Ordinal));
        environment.AddRange(job.Runner.Environment.Where(entry => entry.IndexOf('=') > 0));
        foreach (var name in Harmless)
            if (job.Variables[name] is { } value)
                environment.Add($"{name}={value}");
        // Neither the user's configuration nor a netrc: a submodule could fetch with the user's logins what the job's own cannot.
        environment.AddRange(["HOME=" + home, "GIT_CONFIG_GLOBAL=/dev/null", "GIT_ALLOW_PROTOCOL=" + Protocols]);
        return environment;
    }

    private string Protocols => job.Runner.CloneUrl?.StartsWith("ssh:", StringComparison.Ordinal) == true ? "http:https:ssh" : "http:https";
}
