using Slipway.Runner.Config;
using Slipway.Runner.Executors;
using Slipway.Runner.Executors.Docker;
using Slipway.Runner.Executors.Docker.Engine;
using Slipway.Runner.Executors.Shell;

namespace Slipway.Runner.Coordinator;

/// <summary>Where the jobs of one runner run. An engine is reached when the first job may come, and again when it was not there.</summary>
internal sealed class EntryExecutor(RunnerConfig runner, string workDir) : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private DockerExecutors? _docker;

    /// <returns>The executor, or why there is none.</returns>
    public async Task<(ExecutorKind? Kind, string Problem)> ReadyAsync(CancellationToken ct)
    {
        if (runner.Executor == "shell")
            return (ShellExecutor.Kind(workDir), "");
        if (!IsDocker(runner.Executor))
            return (null, $"executor \"{runner.Executor}\" is not supported: use shell or docker");
        await _gate.WaitAsync(ct);
        try
        {
            if (_docker is null)
            {
                _docker = await DockerExecutors.ConnectAsync(runner.Docker, ct);
                _ = SweepAsync(_docker, ct);
            }

            return (_docker.Kind, "");
        }
        catch (EngineUnreachableException e)
        {
            return (null, e.Message.Split('\n')[0]);
        }
        finally
        {
            _gate.Release();
        }
    }

    public static bool IsDocker(string executor) => executor is "docker" or "docker+machine" or "docker-autoscaler";

    public async ValueTask DisposeAsync()
    {
        if (_docker is not null)
            await _docker.DisposeAsync();
        _gate.Dispose();
    }

    /// <summary>What runners that were killed have left in the engine.</summary>
    private static async Task SweepAsync(DockerExecutors docker, CancellationToken ct)
    {
        try
        {
            await docker.RemoveLeftoversAsync(ct);
        }
        catch (Exception e)
            when (e is EngineException or EngineUnreachableException or OperationCanceledException or ObjectDisposedException)
        {
            // The next start tries again.
        }
    }
}
