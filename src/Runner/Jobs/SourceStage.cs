using Slipway.Protocol.Jobs;
using Slipway.Runner.Executors;
using Slipway.Runner.Sources;

namespace Slipway.Runner.Jobs;

/// <summary>Brings a job's sources into its folder (runner-protocol §12.5, 13.5), as <c>GIT_STRATEGY</c> says.</summary>
internal sealed class SourceStage(
    JobEnvironment job,
    JobChannel channel,
    Func<string, IReadOnlyList<string>, CancellationToken, Task> runScript
)
{
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
            return;
        }

        if (channel.Sources is not { } sources)
            throw new JobFailedException(
                FailureReason.RunnerUnsupported,
                $"GIT_STRATEGY {strategy} is not supported: this runner gets sources only as files, or none (GIT_STRATEGY: none or empty)"
            );
        await RunHooksAsync("pre_get_sources_script", job.Runner.PreGetSourcesScript, null, ct);
        sources = await WithSubmodulesAsync(sources, ct);
        job.Trace.Info($"Taking the working tree of {sources.Root} ({sources.Paths.Count} files)...");
        await executor.PutSourcesAsync(sources, ct);
        await RunHooksAsync("post_get_sources_script", null, job.Runner.PostGetSourcesScript, ct);
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
            await runScript("get_sources", commands, ct);
    }

    private async Task<SourceTree> WithSubmodulesAsync(SourceTree sources, CancellationToken ct)
    {
        var strategy = job.Variables["GIT_SUBMODULE_STRATEGY"] is { Length: > 0 } asked ? asked : "none";
        if (strategy is not ("none" or "normal" or "recursive"))
            throw new JobFailedException(
                FailureReason.RunnerSystem,
                $"unknown GIT_SUBMODULE_STRATEGY \"{strategy}\": use none, normal or recursive"
            );
        if (sources.WithSubmodules is not { } with)
            return sources;
        if (strategy == "none")
        {
            job.Trace.Info("Skipping Git submodules setup");
            return sources;
        }

        job.Trace.Info(strategy == "normal" ? "Updating/initializing submodules..." : "Updating/initializing submodules recursively...");
        try
        {
            var choice = new SubmoduleChoice(strategy == "recursive", job.Variables["GIT_SUBMODULE_PATHS"]?.Trim() ?? "");
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
