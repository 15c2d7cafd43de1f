using Slipway.Protocol.Jobs;
using Slipway.Runner.Executors;
using Slipway.Runner.Sources;
using Slipway.Runner.Sources.Git;

namespace Slipway.Runner.Jobs;

/// <summary>
/// Brings a job's sources into its folder (runner-protocol §12.5, 13.5), as <c>GIT_STRATEGY</c> says: files that were handed over, or a repository,
/// fetched by git in the job's own folder where the executor has it, and on this machine otherwise (docs/adr/0008).
/// </summary>
internal sealed class SourceStage(JobEnvironment job, ExecutorKind kind, JobChannel channel, StageRunner run)
{
    private int _attempts;

    public async Task RunAsync(IExecutor executor, CancellationToken ct)
    {
        var strategy = Strategy();
        using var section = job.Trace.Section(
            "get_sources",
            channel.Sources is null ? "Getting source from Git repository" : "Getting source"
        );
        if (strategy is "none" or "empty")
        {
            job.Trace.Info(
                strategy == "none" ? "Skipping Git repository setup" : "Skipping Git repository setup and creating an empty build directory"
            );
            if (strategy == "empty" && kind.HasGit && FromGit)
                await run.RunOwnAsync("get_sources", GitScript.Empty(job.Paths.ProjectDir), ct);
            return;
        }

        await RunHooksAsync("pre_get_sources_script", job.Runner.PreGetSourcesScript, null, ct);
        if (channel.Sources is { } sources)
            await TakeAsync(sources, executor, ct);
        else if (FromGit)
            await FetchAsync(strategy == "clone", executor, ct);
        else
            throw new JobFailedException(FailureReason.RunnerSystem, "the job names no repository to get its sources from");
        await RunHooksAsync("post_get_sources_script", null, job.Runner.PostGetSourcesScript, ct);
    }

    private bool FromGit => channel.Sources is null && job.Payload.GitInfo.RepoUrl.Length > 0;

    private async Task FetchAsync(bool fresh, IExecutor executor, CancellationToken ct)
    {
        var again = _attempts++ > 0;
        var order = GitOrder.Of(job, fresh, channel.CorrelationId);
        if (order.CorrelationId.Length > 0)
            job.Trace.Info($"Gitaly correlation ID: {order.CorrelationId}");
        if (!kind.HasGit)
        {
            await new HostCheckout(job).RunAsync(order, again, executor, ct);
            return;
        }

        var (folder, temporary) = (job.Paths.ProjectDir, job.Paths.TemporaryDir);
        await run.RunOwnAsync("get_sources", (again ? GitScript.Clear(folder) : "") + new GitScript(order, folder, temporary).ToText(), ct);
    }

    private async Task TakeAsync(SourceTree sources, IExecutor executor, CancellationToken ct)
    {
        sources = await WithSubmodulesAsync(sources, ct);
        job.Trace.Info($"Taking the working tree of {sources.Root} ({sources.Paths.Count} files)...");
        await executor.PutSourcesAsync(sources, ct);
    }

    /// <summary>The configuration's script embraces the job's own: before it in front, after it at the end.</summary>
    private async Task RunHooksAsync(string name, string? before, string? after, CancellationToken ct)
    {
        var commands = new List<string>();
        if (before is { Length: > 0 })
            commands.Add(before);
        foreach (var hook in job.Payload.Hooks.Where(h => h.Name == name))
            commands.AddRange(hook.Script);
        if (after is { Length: > 0 })
            commands.Add(after);
        if (commands.Count > 0)
            await run.RunAsync("get_sources", commands, [], ct);
    }

    private async Task<SourceTree> WithSubmodulesAsync(SourceTree sources, CancellationToken ct)
    {
        var wanted = SubmoduleOrder.Of(job.Variables, 0);
        if (sources.WithSubmodules is not { } with)
            return sources;
        if (wanted is null)
        {
            job.Trace.Info("Skipping Git submodules setup");
            return sources;
        }

        job.Trace.Info(wanted.Recursive ? "Updating/initializing submodules recursively..." : "Updating/initializing submodules...");
        try
        {
            var choice = new SubmoduleChoice(wanted.Recursive, job.Variables["GIT_SUBMODULE_PATHS"]?.Trim() ?? "");
            var (tree, absent) = await with(choice, ct);
            foreach (var path in absent)
                job.Trace.Warning($"submodule {path} is not checked out, so its folder stays empty (git submodule update --init '{path}')");
            return tree;
        }
        catch (IOException e)
        {
            throw new JobFailedException(FailureReason.RunnerSystem, e.Message);
        }
    }

    private string Strategy()
    {
        var otherwise = job.Payload.AllowGitFetch ? "fetch" : "clone";
        var asked = job.Variables["GIT_STRATEGY"];
        if (asked is "fetch" or "clone" or "none" or "empty")
            return asked;
        if (asked is { Length: > 0 })
            job.Trace.Warning($"unknown GIT_STRATEGY \"{asked}\", using {otherwise}");
        return otherwise;
    }
}
