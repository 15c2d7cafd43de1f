using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using Slipway.Runner.Config;
using Slipway.Runner.Executors.Docker.Engine;
using Slipway.Runner.Executors.Docker.Files;
using Slipway.Runner.Sources;

namespace Slipway.Runner.Executors.Docker;

/// <summary>
/// One engine, and what the jobs that run on it share: the connection, networks that wait for the next job, repositories made ready to
/// travel. Lives as long as jobs may come; disposing it removes what it made.
/// </summary>
public sealed class DockerExecutors : IAsyncDisposable
{
    /// <summary>On an untagged copy of a job's container, made for its user to look around in: what is left of it is removed like the container.</summary>
    public const string ShellLabel = "slipway.shell";

    /// <summary>On all that must not outlive the process that made it; says which that is, <see cref="Owner"/>.</summary>
    public const string OwnerLabel = "slipway.owner";

    private readonly EngineClient _engine;
    private readonly DockerShared _shared;
    private readonly string? _owners;
    private readonly bool _keepsVolumes;

    private DockerExecutors(EngineClient engine, DockerConfig config, string? owners)
    {
        (_engine, _keepsVolumes) = (engine, config.VolumeKeep);
        // What lies in one engine is of no concern to those who look into another.
        _owners = owners is null ? null : Path.Combine(owners, Uri.EscapeDataString(Address));
        var owner = OwnerLock.Take(_owners);
        _shared = new DockerShared(engine, owner, new JobNetworks(engine, owner, config), new GitCopies());
        Kind = new ExecutorKind
        {
            Name = "docker",
            BuildsDir = "/builds",
            Create = job => new DockerExecutor(_shared, job),
        };
    }

    /// <summary>Makes the executors of jobs. They must be disposed before this.</summary>
    public ExecutorKind Kind { get; }

    /// <summary>Makes the repository of a tree ready for the containers of jobs that will come. Errors wait for the first of them.</summary>
    public void Prepare(SourceTree sources) => _ = _shared.Git.OfAsync(sources, CancellationToken.None);

    /// <summary>Where the engine listens, <c>unix:///var/run/docker.sock</c>.</summary>
    public string Address => _engine.Address.ToString()!;

    /// <summary>Tells apart what this process has made in the engine.</summary>
    public string Owner => _shared.Owner.Name;

    public bool IsPodman => _engine.IsPodman;

    /// <summary>Why what this process leaves in the engine, should it be killed, will stay there; <see langword="null"/> when a later one will remove it.</summary>
    public string? CannotBeTraced => _shared.Owner.Problem;

    /// <summary>
    /// Reaches the engine that <paramref name="config"/> names, or <c>DOCKER_HOST</c>, or the docker command's context; or else the first of
    /// Docker's and Podman's usual sockets that answers.
    /// </summary>
    /// <param name="owners">
    /// Folder in which processes note that they live, so that a later one with the same folder can remove what they have left in the engine.
    /// <see langword="null"/>: nobody will.
    /// </param>
    /// <exception cref="EngineUnreachableException">None does. The message tells which was tried, and why not.</exception>
    public static async Task<DockerExecutors> ConnectAsync(DockerConfig config, string? owners, CancellationToken ct)
    {
        // Names are hashes, and OpenSSL takes a while to load: it does so while the engine is reached.
        _ = Task.Run(() => SHA256.HashData([]), CancellationToken.None);
        var engine = await EngineLocator.ConnectAsync(
            config.Host,
            config.TlsCertPath,
            config.TlsVerify,
            Environment.GetEnvironmentVariable,
            ct
        );
        return new DockerExecutors(engine, config, owners);
    }

    /// <summary>
    /// Removes containers, networks, temporary volumes and copied images of processes that had the same folder and have died without doing so themselves. Worth
    /// calling once at the start; may run beside jobs. What had been asked for before such a process was killed may come a moment later.
    /// </summary>
    /// <exception cref="EngineException">The engine does not say what there is; what is left is the next call's.</exception>
    public async Task<Leftovers> RemoveLeftoversAsync(TimeProvider time, CancellationToken ct)
    {
        var dead = _owners is null ? [] : OwnerLock.TakeDead(_owners);
        try
        {
            return dead.Count == 0 ? new Leftovers() : await Janitor.SweepAsync(_engine, dead, withVolumes: !_keepsVolumes, time, ct);
        }
        finally
        {
            dead.ForEach(one => one.Dispose());
        }
    }

    /// <summary>The address of this machine on the network that containers are on by default; they reach it from all others too.</summary>
    /// <returns>Nothing where the engine is on another machine, a virtual one included.</returns>
    public async Task<IPAddress?> GatewayAsync(CancellationToken ct)
    {
        var network = await _engine.InspectNetworkAsync(_engine.IsPodman ? "podman" : "bridge", ct);
        var bridge = network?.Options?.GetValueOrDefault("com.docker.network.bridge.name");
        return bridge is null
            ? null
            : NetworkInterface
                .GetAllNetworkInterfaces()
                .Where(nic => nic.Name == bridge)
                .SelectMany(nic => nic.GetIPProperties().UnicastAddresses)
                .FirstOrDefault(own => own.Address.AddressFamily == AddressFamily.InterNetwork)
                ?.Address;
    }

    /// <summary>Takes all names that images have from one registry, and the images that have no other and are not in use.</summary>
    /// <param name="registry"><c>127.0.0.1:40123</c>.</param>
    public async Task ForgetImagesAsync(string registry, CancellationToken ct)
    {
        try
        {
            foreach (var image in await _engine.ListImagesAsync([], ct))
            foreach (var name in image.RepoTags ?? [])
                if (name.StartsWith(registry + "/", StringComparison.Ordinal))
                    await _engine.RemoveImageAsync(name, ct);
        }
        catch (Exception e) when (e is EngineException or EngineUnreachableException)
        {
            // What stays is in nobody's way.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _shared.Networks.DisposeAsync();
        await _shared.Git.DisposeAsync();
        _shared.Owner.Dispose();
        _engine.Dispose();
    }
}

/// <summary>What all jobs on one engine share.</summary>
internal sealed record DockerShared(EngineClient Engine, OwnerLock Owner, JobNetworks Networks, GitCopies Git);
