using Slipway.Runner.Config;
using Slipway.Runner.Executors;
using Slipway.Runner.Executors.Docker;
using Slipway.Runner.Executors.Docker.Engine;
using Slipway.Runner.Executors.Shell;

namespace Slipway.Runner.Coordinator;

/// <summary>
/// Where the jobs of one runner run. An engine is reached when the first job may come, and again when it was not there. What an earlier process of this runner left, which was
/// killed, goes before that job is asked for.
/// </summary>
/// <param name="tell">What an operator should know.</param>
internal sealed class EntryExecutor(RunnerConfig runner, string workDir, TimeProvider time, Action<RunnerEventLevel, string> tell)
    : IAsyncDisposable
{
    /// <summary>Of <c>WorkDir</c>: which processes have made what.</summary>
    private const string OwnersFolder = "owners";

    /// <summary>No longer than this do jobs wait for leftovers to go; the rest goes beside them.</summary>
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan LongestSweep = TimeSpan.FromMinutes(5);

    /// <summary>For what the engine was still busy making when its process was killed.</summary>
    private static readonly TimeSpan SecondLook = TimeSpan.FromSeconds(70);

    private readonly SemaphoreSlim _gate = new(1);
    private readonly CancellationTokenSource _over = new();
    private DockerExecutors? _docker;
    private (ExecutorKind Kind, OwnerLock Owner)? _shell;
    private Task _sweeping = Task.CompletedTask;

    /// <returns>The executor, or why there is none.</returns>
    public async Task<(ExecutorKind? Kind, string Problem)> ReadyAsync(CancellationToken ct)
    {
        var isShell = runner.Executor == "shell";
        if (!isShell && !IsDocker(runner.Executor))
            return (null, $"executor \"{runner.Executor}\" is not supported: use shell or docker");
        await _gate.WaitAsync(ct);
        try
        {
            return (isShell ? (_shell ??= await ShellAsync(ct)).Kind : (_docker ??= await ConnectAsync(ct)).Kind, "");
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
        await _over.CancelAsync();
        await _sweeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_docker is not null)
            await _docker.DisposeAsync();
        _shell?.Owner.Dispose();
        _gate.Dispose();
        _over.Dispose();
    }

    private async Task<(ExecutorKind Kind, OwnerLock Owner)> ShellAsync(CancellationToken ct)
    {
        var folder = Path.Combine(workDir, OwnersFolder, "shell");
        var dead = OwnerLock.TakeDead(folder);
        try
        {
            if (await OrphanedScripts.EndAsync(dead, time, ct) is > 0 and var count)
                tell(RunnerEventLevel.Info, $"killed {count} script{(count == 1 ? "" : "s")} that an earlier process left running");
        }
        finally
        {
            dead.ForEach(one => one.Dispose());
        }

        var owner = OwnerLock.Take(folder);
        if (owner.Problem is { } why)
            tell(RunnerEventLevel.Warning, $"scripts run on should this process be killed: {why}");
        return (ShellExecutor.Kind(workDir, null, owner.Name), owner);
    }

    private async Task<DockerExecutors> ConnectAsync(CancellationToken ct)
    {
        var docker = await DockerExecutors.ConnectAsync(runner.Docker, Path.Combine(workDir, OwnersFolder), ct);
        if (docker.CannotBeTraced is { } why)
            tell(RunnerEventLevel.Warning, $"what jobs leave in the engine stays there should this process be killed: {why}");
        var first = SweepAsync(docker);
        _sweeping = SweepAgainAsync(docker, first);
        await Task.WhenAny(first, Task.Delay(LongestHold, time, ct));
        return docker;
    }

    private async Task SweepAgainAsync(DockerExecutors docker, Task first)
    {
        await first;
        await Task.Delay(SecondLook, time, _over.Token);
        await SweepAsync(docker);
    }

    /// <summary>What runners that were killed have left in the engine.</summary>
    private async Task SweepAsync(DockerExecutors docker)
    {
        using var limit = new CancellationTokenSource(LongestSweep, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _over.Token);
        try
        {
            var removed = (await docker.RemoveLeftoversAsync(time, ending.Token)).ToString();
            if (removed.Length > 0)
                tell(RunnerEventLevel.Info, $"removed {removed} that an earlier process left behind");
        }
        catch (Exception e) when (e is EngineException or EngineUnreachableException or OperationCanceledException)
        {
            if (!_over.IsCancellationRequested)
                tell(
                    RunnerEventLevel.Warning,
                    $"what an earlier process left in the engine is not all removed yet; the next start tries again: {e.Message.Split('\n')[0]}"
                );
        }
    }
}
