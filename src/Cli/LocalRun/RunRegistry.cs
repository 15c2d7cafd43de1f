using System.Net;
using Slipway.Compiler;
using Slipway.Protocol.Jobs;
using Slipway.Runner;
using Slipway.Runner.Config;
using Slipway.Server;

namespace Slipway.Cli.LocalRun;

/// <summary>
/// The container registry that a run keeps for its jobs, the server's own (docs/adr/0011). It is started when the first job uses it, and ends with the run; until
/// then nothing of it is loaded.
/// </summary>
internal sealed class RunRegistry(
    LocalRunOptions options,
    (StateFolder All, RunFolder Run) folders,
    Executors executors,
    TimeProvider time,
    Action<string> notice
) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private Task<Open>? _open;
    private IReadOnlyList<string> _names = [];

    /// <summary>Of all jobs of this run: what <c>CI_REGISTRY_PASSWORD</c> and <c>CI_JOB_TOKEN</c> say. From the system's source of chance; RandomNumberGenerator would load all of OpenSSL for it.</summary>
    public string Password { get; } = $"glcbt-{Guid.NewGuid():N}";

    /// <summary>What a job gets that uses the registry, and where its containers find it; any other job's payload without it.</summary>
    /// <exception cref="JobFailedException">It cannot be started.</exception>
    public Task<(JobPayload Payload, OwnRegistry? Registry)> SupplyAsync(
        JobPayload payload,
        CompiledJob job,
        ChosenExecutor chosen,
        Action<string> warn
    ) =>
        RegistryUse.Is(payload, job, chosen.Settings.Environment, _names)
            ? UseAsync(payload, chosen, warn)
            : Task.FromResult<(JobPayload, OwnRegistry?)>((RegistryUse.Without(payload), null));

    public ValueTask DisposeAsync() => _open is null ? ValueTask.CompletedTask : CloseAsync(_open);

    private async Task<(JobPayload Payload, OwnRegistry? Registry)> UseAsync(JobPayload payload, ChosenExecutor chosen, Action<string> warn)
    {
        var open = await OpenAsync();
        if (chosen.Kind.Name != "docker" || HasEngine(chosen.Settings.Docker))
            return (RegistryUse.Named(payload, open.ForEngine, open.Names), null);
        if (open.ForContainers is { } name)
            return (RegistryUse.Named(payload, name, open.Names), new OwnRegistry(name, open.ForEngine, open.Server.Certificate));
        warn(
            "the engine is on another machine, whose containers cannot reach the run's registry: give CI_REGISTRY and its login as variables"
        );
        return (RegistryUse.Without(payload), null);
    }

    private async ValueTask CloseAsync(Task<Open> opening)
    {
        await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (opening.IsCompletedSuccessfully)
        {
            var open = await opening;
            await executors.ForgetImagesAsync(open.ForEngine);
            await open.Server.DisposeAsync();
            if (open.Hold is not null)
                await open.Hold.DisposeAsync();
        }

        RunFolder.Remove(folders.Run.Registry);
    }

    /// <summary>A job that has the machine's own engine pulls and pushes with that.</summary>
    private static bool HasEngine(DockerConfig config) =>
        config.Volumes.Any(volume => volume.Split(':')[0].EndsWith(".sock", StringComparison.Ordinal)) || config.NetworkMode == "host";

    private async Task<Open> OpenAsync()
    {
        lock (_gate)
            _open ??= StartAsync();
        try
        {
            return await _open;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ServerStartException)
        {
            throw new JobFailedException(FailureReason.RunnerSystem, $"the run's registry cannot be started: {e.Message}");
        }
    }

    private async Task<Open> StartAsync()
    {
        var gateway = await executors.GatewayAsync(CancellationToken.None);
        IPAddress[] addresses = gateway is null ? [IPAddress.Loopback] : [gateway, IPAddress.Loopback];
        var hold = options.KeepRegistry ? Hold(folders.All.Registry) : null;
        try
        {
            var folder = options.KeepRegistry ? folders.All.Registry : folders.Run.Registry;
            var server = await LocalRegistry.StartAsync(folder, addresses, Password, time, CancellationToken.None);
            var open = new Open(server, $"127.0.0.1:{server.Port}", gateway is null ? null : $"{gateway}:{server.Port}", hold);
            _names = open.Names;
            notice(
                $"images go to a registry of this run's own, {open.ForContainers ?? open.ForEngine}"
                    + (
                        options.KeepRegistry
                            ? ", which the next run with --keep-registry finds again"
                            : ", which ends with it (--keep-registry keeps them)"
                    )
            );
            return open;
        }
        catch
        {
            if (hold is not null)
                await hold.DisposeAsync();
            throw;
        }
    }

    /// <exception cref="IOException">Another run has it.</exception>
    private static FileStream Hold(string folder)
    {
        Directory.CreateDirectory(folder);
        try
        {
            return new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new IOException($"another run with --keep-registry uses {folder}", e);
        }
    }

    /// <param name="ForEngine">Its name on this machine: engines take what is on loopback without TLS.</param>
    /// <param name="ForContainers">Its name in containers, where loopback is another; nothing when they cannot reach it.</param>
    /// <param name="Hold">On the kept content.</param>
    private sealed record Open(LocalRegistry Server, string ForEngine, string? ForContainers, FileStream? Hold)
    {
        public IReadOnlyList<string> Names => ForContainers is null ? [ForEngine] : [ForEngine, ForContainers];
    }
}
