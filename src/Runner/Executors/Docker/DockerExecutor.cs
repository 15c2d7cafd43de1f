using Slipway.Protocol.Jobs;
using Slipway.Runner.Executors.Docker.Engine;
using Slipway.Runner.Executors.Docker.Files;
using Slipway.Runner.Executors.Docker.Images;
using Slipway.Runner.Executors.Docker.Services;
using Slipway.Runner.Sources;

namespace Slipway.Runner.Executors.Docker;

/// <summary>
/// Runs a job in a container of its image, with its services beside it on a network of their own (runner-protocol §14.2). Files go in and out
/// through the engine's archive calls, so the engine may be anywhere and no helper container is needed (docs/adr/0006).
/// </summary>
internal sealed class DockerExecutor : IExecutor
{
    /// <summary>How long clearing up may take; what is left then is the next run's <see cref="Janitor"/>'s.</summary>
    private static readonly TimeSpan _clearing = TimeSpan.FromMinutes(2);

    private readonly DockerShared _shared;
    private readonly JobEnvironment _job;
    private readonly Labels _labels;
    private readonly ServiceLogs _serviceLogs;
    private readonly JobContainer _container;
    private readonly List<RunningService> _services = [];
    private readonly ProjectFiles _files;
    private JobPlan? _plan;
    private JobNetwork? _network;
    private ImageDetails? _image;
    private bool _disposed;

    public DockerExecutor(DockerShared shared, JobEnvironment job)
    {
        (_shared, _job) = (shared, job);
        _labels = new Labels(job, shared.Owner);
        _serviceLogs = new ServiceLogs(shared.Engine, job.Trace);
        _container = new JobContainer(shared.Engine, job, CreateAsync);
        _files = new ProjectFiles(shared.Engine, job);
    }

    public string Name => "docker";

    public string ProjectDir => _job.Paths.ProjectDir;

    public string BuildsDir => _job.Paths.BuildsDir;

    private EngineClient Engine => _shared.Engine;

    public async Task PrepareAsync(CancellationToken ct)
    {
        if (Engine.Os != "linux")
            throw new JobFailedException(
                FailureReason.RunnerUnsupported,
                $"the engine at {Engine.Address} runs {Engine.Os} containers; only Linux ones are supported"
            );
        var plan = _plan = JobPlan.Make(_job, _labels);
        _job.Trace.Line($"Using Docker executor with image {plan.Image.Written} ...");
        // The network is wanted by the first container, so it is made while images come.
        var network = plan.Network is NetworkPlan.Own ? TakeNetworkAsync(ct) : Task.CompletedTask;
        using var pull = new ImagePull(Engine, token => LoginsAsync(token), _job.Trace, _job.Time, _job.Host.Registry);
        var starter = new ServiceStart(Engine, _job, plan, _labels, pull);
        try
        {
            var services = new List<(ServicePlan, ImageDetails)>();
            foreach (var service in plan.Services)
                services.Add((service, await starter.ImageAsync(service, ct)));
            _job.Trace.Line($"Using effective pull policy of {PullPolicies.Words(plan.PullPolicies)} for container {plan.Image.Written}");
            _image = await pull.GetAsync(plan.Image, plan.PullPolicies, plan.Platform, ct);
            await network;
            await Task.WhenAll(services.Select(s => StartAsync(starter, s.Item1, s.Item2, ct)));
        }
        finally
        {
            // It must be known before anything is cleared up.
            await network.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _services.Sort((a, b) => a.Plan.Index.CompareTo(b.Plan.Index));
        await new ServiceWait(Engine, _job.Trace, _job.Time).AllAsync(_services, _job.Runner.Docker.WaitForServicesTimeout, ct);
        await _files.PrepareAsync(await _container.MadeAsync(ct), plan.Volumes, _image, plan.User, ct);
    }

    public async Task PutSourcesAsync(SourceTree sources, CancellationToken ct)
    {
        if (_plan!.Volumes.KeptBuilds)
            await _container.RunAsync(Shells.Clear(ProjectDir), ct);
        var git = await _shared.Git.OfAsync(sources, ct);
        if (git is null && sources.GitDir is not null)
            _job.Trace.Warning("The repository cannot be copied into the job's container; git commands will not work in it");
        try
        {
            await _files.PutSourcesAsync(await _container.MadeAsync(ct), sources, git, ct);
        }
        finally
        {
            _shared.Git.Done(sources, git);
        }
    }

    public async Task PutFilesAsync(IAsyncEnumerable<FileEntry> files, CancellationToken ct) =>
        await _files.PutAsync(await _container.MadeAsync(ct), files, ct);

    public async Task<int> RunAsync(StageScript script, CancellationToken ct)
    {
        await _files.MakeFolderAsync(await _container.MadeAsync(ct), ct);
        return await _container.RunAsync(script.Text, ct);
    }

    public IAsyncEnumerable<FileEntry> ReadFilesAsync(FileSelection selection, CancellationToken ct) =>
        _files.ReadAsync(_container.Id!, selection, ct);

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        await _serviceLogs.DisposeAsync();
        using var limit = new CancellationTokenSource(_clearing, _job.Time);
        try
        {
            await ClearAsync(limit.Token);
        }
        catch (Exception e) when (e is EngineException or EngineUnreachableException or OperationCanceledException)
        {
            _shared.Owner.LeaveSomething();
            _job.Trace.Warning($"The job's containers could not all be removed: {e.Message}");
        }
    }

    private async Task TakeNetworkAsync(CancellationToken ct) => _network = await _shared.Networks.TakeAsync(ct);

    private async Task StartAsync(ServiceStart starter, ServicePlan service, ImageDetails image, CancellationToken ct)
    {
        await starter.StartAsync(
            service,
            image,
            _network?.Name,
            made =>
            {
                lock (_services)
                    _services.Add(made);
            },
            ct
        );
        if (_job.Variables.IsOn("CI_DEBUG_SERVICES"))
            _serviceLogs.Follow(_services.Find(s => s.Plan == service)!);
    }

    private Task<LoginBook> LoginsAsync(CancellationToken ct) =>
        RegistryLogins.CollectAsync(
            _job.Variables.Content("DOCKER_AUTH_CONFIG"),
            [.. _job.Payload.Credentials, .. ProjectRegistry()],
            Environment.GetEnvironmentVariable,
            _job.Trace.Warning,
            ct
        );

    /// <summary>A server sends the job's login for its own registry as a credential; the variables say the same where there is no server.</summary>
    private IEnumerable<JobCredential> ProjectRegistry() =>
        (_job.Variables["CI_REGISTRY"], _job.Variables["CI_REGISTRY_USER"], _job.Variables["CI_REGISTRY_PASSWORD"])
            is ({ Length: > 0 } registry, { Length: > 0 } user, { Length: > 0 } password)
            ? [new JobCredential("registry", registry, user, password)]
            : [];

    private async Task<string> CreateAsync(CancellationToken ct)
    {
        var spec = await BuildContainer.SpecAsync(Engine, _job, _plan!, _labels, _image!, _network?.Name, _services, ct);
        var container = await Engine.CreateContainerAsync(_plan!.Names.Build, spec, _plan.Platform, ct);
        if (_job.Host.Registry is { } registry)
            await TrustAsync(container, registry, ct);
        return container;
    }

    private async Task TrustAsync(string container, OwnRegistry registry, CancellationToken ct)
    {
        try
        {
            await RegistryTrust.PutAsync(Engine, container, registry, _job.Time.GetUtcNow(), ct);
        }
        catch (EngineException e)
        {
            _job.Trace.Warning($"The job's container takes no certificate of {registry.Name}: {e.Message}");
        }
    }

    private async Task ClearAsync(CancellationToken ct)
    {
        string[] containers = [.. _services.Select(s => s.Container), .. _container.Id is { } id ? [id] : Array.Empty<string>()];
        var withVolumes = !_job.Runner.Docker.VolumeKeep;
        await Task.WhenAll(containers.Select(container => Engine.RemoveContainerAsync(container, withVolumes, ct)));
        var volumes = containers.Length > 0 && _plan is { } plan ? plan.Volumes.Temporary : [];
        var gone = await Task.WhenAll(volumes.Select(volume => Engine.RemoveVolumeAsync(volume, ct)));
        if (gone.Contains(false))
            _shared.Owner.LeaveSomething();
        if (_network is { } network)
            await _shared.Networks.ReturnAsync(network, ct);
        _network = null;
    }
}
