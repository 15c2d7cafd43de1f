using Slipway.Runner.Executors.Docker.Engine;
using Slipway.Runner.Executors.Docker.Files;
using Slipway.Runner.Executors.Docker.Images;
using Slipway.Runner.Executors.Docker.Services;

namespace Slipway.Runner.Executors.Docker;

/// <summary>Makes and starts the containers of a job's services.</summary>
internal sealed class ServiceStart(EngineClient engine, JobEnvironment job, JobPlan plan, Labels labels, ImagePull pull)
{
    public async Task<ImageDetails> ImageAsync(ServicePlan service, CancellationToken ct)
    {
        var config = job.Runner.Docker;
        var policies = PullPolicies.Effective(
            service.Image.Written,
            service.Definition.PullPolicy,
            config.PullPolicy,
            config.AllowedPullPolicies
        );
        job.Trace.Line($"Starting service {service.Image.Written} ...");
        job.Trace.Line($"Using effective pull policy of {PullPolicies.Words(policies)} for container {service.Image.Written}");
        return await pull.GetAsync(service.Image, policies, Platform(service), ct);
    }

    /// <param name="network">The job's own, when it has one.</param>
    /// <param name="made">Told as soon as the container is there, running or not, so that it can be removed.</param>
    /// <exception cref="JobFailedException">It cannot be started: a wrong command, mostly.</exception>
    public async Task StartAsync(
        ServicePlan service,
        ImageDetails image,
        string? network,
        Action<RunningService> made,
        CancellationToken ct
    )
    {
        var name = plan.Names.Service(ServiceAliases.Slug(service.Image), service.Index);
        try
        {
            var id = await engine.CreateContainerAsync(name, Spec(service, image, network), Platform(service), ct);
            made(new RunningService(service, id, name));
            if (job.Host.Registry is { } registry)
                await RegistryTrust.PutAsync(engine, id, registry, job.Time.GetUtcNow(), ct);
            await engine.StartContainerAsync(id, ct);
        }
        catch (EngineException e)
        {
            throw new JobFailedException(
                Protocol.Jobs.FailureReason.RunnerSystem,
                $"service {service.Image.Written} cannot be started: {e.Message}"
            );
        }
    }

    private ContainerSpec Spec(ServicePlan service, ImageDetails image, string? network)
    {
        var config = job.Runner.Docker;
        var mode = network ?? plan.Network.EngineMode;
        var devices = config
            .ServicesDevices.Where(d => AllowList.Holds(service.Definition.Name, [d.Key]))
            .Select(d => d.Value)
            .FirstOrDefault();
        return new ContainerSpec
        {
            Image = image.Id,
            User = service.Definition.ExecutorOpts?.Docker?.User is { Length: > 0 } user ? user : null,
            Env = service.Environment,
            Cmd = service.Definition.Command.IsDefaultOrEmpty ? null : [.. service.Definition.Command],
            Entrypoint = service.Definition.Entrypoint.IsDefaultOrEmpty ? null : [.. service.Definition.Entrypoint],
            Labels = labels.OfOwn(
                "service",
                ("service", service.Image.Name),
                ("service.version", service.Image.Digest ?? service.Image.Tag)
            ),
            HostConfig = HostSettings.OfService(config, JobPlan.IsPrivileged(config, service), devices.IsDefault ? [] : devices) with
            {
                NetworkMode = mode,
                Binds = plan.Volumes.Binds,
                Mounts = plan.Volumes.Mounts,
                ExtraHosts = config.ExtraHosts.IsEmpty ? null : [.. config.ExtraHosts],
            },
            NetworkingConfig = plan.Network is NetworkPlan.Nameless ? null : BuildContainer.Joined(mode!, service.Aliases),
        };
    }

    private static string? Platform(ServicePlan service) =>
        service.Definition.ExecutorOpts?.Docker?.Platform is { Length: > 0 } platform ? platform : null;
}
