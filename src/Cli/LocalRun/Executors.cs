using System.Net;
using Slipway.Compiler;
using Slipway.Protocol.Jobs;
using Slipway.Runner;
using Slipway.Runner.Config;
using Slipway.Runner.Executors;
using Slipway.Runner.Executors.Docker;
using Slipway.Runner.Executors.Docker.Engine;
using Slipway.Runner.Executors.Shell;
using Slipway.Runner.Sources;

namespace Slipway.Cli.LocalRun;

/// <summary>What a job runs in, and with which settings.</summary>
internal sealed record ChosenExecutor(ExecutorKind Kind, RunnerConfig Settings);

/// <summary>
/// Chooses where each job runs: <c>auto</c> is Docker when an engine answers and the job has an image, else the shell. The engine is looked for
/// once, when the first job wants it.
/// </summary>
/// <param name="folders">The run's own, and that in which runs note that they live.</param>
internal sealed class Executors(
    ExecutorChoice choice,
    RunnerSettings settings,
    (string Run, string Owners) folders,
    TimeProvider time,
    Action<string> notice
) : IAsyncDisposable
{
    private readonly ShellExecutors _shell = new(folders.Run);
    private readonly SemaphoreSlim _gate = new(1);
    private DockerExecutors? _docker;
    private EngineUnreachableException? _unreachable;
    private Task _sweep = Task.CompletedTask;
    private readonly CancellationTokenSource _over = new();
    private Task _early = Task.CompletedTask;
    private bool _saidShell;

    /// <summary>An engine was used, so a killed run may have left something in it.</summary>
    public bool UsedDocker => _docker is not null;

    /// <summary>Where the engine listens that is used, and what this run's containers are labelled with; <see langword="null"/> as long as none is.</summary>
    public (string Address, string Owner)? Engine => _docker is { } docker ? (docker.Address, docker.Owner) : null;

    /// <exception cref="JobFailedException">The job can run in none.</exception>
    public async ValueTask<ChosenExecutor> ChooseAsync(CompiledJob job, CancellationToken ct)
    {
        var entry = settings.For(choice, job);
        var hasImage = job.Image is not null || entry.Docker.Image.Length > 0;
        if (IsForShell(job))
            return new ChosenExecutor(_shell.Kind, settings.Shell(job));
        if (!hasImage)
            throw new JobFailedException(
                FailureReason.RunnerUnsupported,
                "the job has no image: and config.toml names none for such jobs ([runners.docker] image)"
            );
        if (await DockerAsync(entry.Docker, ct) is { } docker)
            return new ChosenExecutor(docker.Kind, entry);
        if (choice == ExecutorChoice.Docker)
            throw new JobFailedException(FailureReason.RunnerSystem, _unreachable!.Message);
        SayShell(job);
        return new ChosenExecutor(_shell.Kind, settings.Shell(job));
    }

    /// <summary>An engine that was asked for by name must be there before anything begins.</summary>
    /// <returns>What is wrong; <see langword="null"/> when nothing is.</returns>
    public async Task<CommandException?> MissingAsync(CancellationToken ct)
    {
        var config = settings.For(choice, null).Docker;
        if (choice != ExecutorChoice.Docker || await DockerAsync(config, ct) is not null)
            return null;
        var where = config.Host is { Length: > 0 }
            ? "correct host in [runners.docker] of the config.toml, which names this one"
            : "say in DOCKER_HOST where one listens";
        return new CommandException(
            ExitCode.Unreachable,
            _unreachable!.Message.Split('\n')[0],
            $"start the engine, or {where}; --executor shell needs none"
        );
    }

    /// <summary>
    /// These jobs will come: when one of them surely runs in the shell, its copy of the tree is begun now; when one wants an engine, that is
    /// reached now, and the repository made ready for containers.
    /// </summary>
    /// <param name="keep">Each job keeps a copy of its own, so there is nothing to begin.</param>
    public void Expect(IEnumerable<CompiledJob> jobs, Task<SourceTree> sources, bool keep, CancellationToken ct)
    {
        var sure = jobs.Where(job => !job.IsBridge && job.When != JobWhen.Manual).ToLookup(IsForShell);
        if (!keep && sure[true].Any())
            _shell.Prepare(sources);
        if (sure[false].FirstOrDefault() is { } first)
            _early = Task.Run(() => ReachAsync(settings.For(choice, first).Docker, sources, ct), ct);
    }

    /// <summary>Removes what killed runs have left in the engine, if one answers.</summary>
    public async Task SweepAsync(CancellationToken ct)
    {
        await DockerAsync(settings.For(ExecutorChoice.Docker, null).Docker, ct);
        await _sweep.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>The address at which containers of the engine reach this machine.</summary>
    /// <returns>Nothing when jobs run in the shell, no engine answers, or it is on another machine.</returns>
    public async Task<IPAddress?> GatewayAsync(CancellationToken ct) =>
        choice != ExecutorChoice.Shell && await DockerAsync(settings.For(ExecutorChoice.Docker, null).Docker, ct) is { } docker
            ? await docker.GatewayAsync(ct)
            : null;

    /// <summary>Takes what came from a registry out of the engine, if one was used.</summary>
    public Task ForgetImagesAsync(string registry) => _docker?.ForgetImagesAsync(registry, CancellationToken.None) ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _early.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _sweep.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_docker is not null)
            await _docker.DisposeAsync();
        await _shell.DisposeAsync();
        _gate.Dispose();
        _over.Dispose();
    }

    private async Task ReachAsync(DockerConfig config, Task<SourceTree> sources, CancellationToken ct)
    {
        using var wanted = CancellationTokenSource.CreateLinkedTokenSource(ct, _over.Token);
        if (await DockerAsync(config, wanted.Token, ct) is { } docker)
            docker.Prepare(await sources.WaitAsync(wanted.Token));
    }

    private Task<DockerExecutors?> DockerAsync(DockerConfig config, CancellationToken ct) => DockerAsync(config, ct, ct);

    /// <param name="sweeping">Ends the sweep, which goes on when the engine is reached.</param>
    private async Task<DockerExecutors?> DockerAsync(DockerConfig config, CancellationToken ct, CancellationToken sweeping)
    {
        if (_docker is not null || _unreachable is not null)
            return _docker;
        await _gate.WaitAsync(ct);
        try
        {
            if (_docker is null && _unreachable is null)
            {
                _docker = await DockerExecutors.ConnectAsync(config, folders.Owners, ct);
                _sweep = _docker.RemoveLeftoversAsync(time, sweeping);
            }
        }
        catch (EngineUnreachableException e)
        {
            _unreachable = e;
        }
        finally
        {
            _gate.Release();
        }

        return _docker;
    }

    private bool IsForShell(CompiledJob job) => choice == ExecutorChoice.Shell || (choice == ExecutorChoice.Auto && job.Image is null);

    private void SayShell(CompiledJob job)
    {
        lock (_gate)
        {
            if (_saidShell)
                return;
            _saidShell = true;
        }

        notice(
            $"no container engine answers, so jobs with an image run in the shell, {job.Name} among them ({_unreachable!.Message.Split('\n')[0]})"
        );
    }
}
