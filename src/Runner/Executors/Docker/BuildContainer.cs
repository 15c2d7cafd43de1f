using Slipway.Runner.Executors.Docker.Engine;
using Slipway.Runner.Executors.Docker.Services;
using Slipway.Runner.Scripts;

namespace Slipway.Runner.Executors.Docker;

/// <summary>Says what the container that runs a job's scripts is to be.</summary>
internal static class BuildContainer
{
    private const string Alias = "build";

    /// <param name="network">The job's own, when it has one.</param>
    /// <param name="services">Running, so that their addresses can be asked for.</param>
    public static async Task<ContainerSpec> SpecAsync(
        EngineClient engine,
        JobEnvironment job,
        JobPlan plan,
        Labels labels,
        ImageDetails image,
        string? network,
        IReadOnlyList<RunningService> services,
        CancellationToken ct
    )
    {
        var config = job.Runner.Docker;
        var mode = network ?? plan.Network.EngineMode;
        var named = plan.Network is not NetworkPlan.Nameless;
        string[] hosts = [.. config.ExtraHosts, .. named ? [] : await HostsAsync(engine, services, mode, ct)];
        var modern = engine.ApiVersion >= new Version(1, 44);
        return new ContainerSpec
        {
            Image = image.Id,
            Hostname = HostName(config.Hostname, mode, plan.Names.Project),
            User = plan.User,
            Env = network is null ? plan.Environment : [.. plan.Environment, "CI_BUILD_NETWORK_NAME=" + network],
            Cmd = [.. ContainerShell.Command],
            Entrypoint = plan.Entrypoint,
            MacAddress = modern ? null : Given(config.MacAddress),
            Labels = labels.OfOwn("build"),
            AttachStdin = true,
            AttachStdout = true,
            AttachStderr = true,
            OpenStdin = true,
            StdinOnce = true,
            HostConfig = HostSettings.OfJob(config, plan.Privileged, job.Flag("FF_USE_INIT_WITH_DOCKER_EXECUTOR") == true) with
            {
                NetworkMode = mode,
                Binds = plan.Volumes.Binds,
                Mounts = plan.Volumes.Mounts,
                ExtraHosts = hosts.Length > 0 ? hosts : null,
            },
            NetworkingConfig = named ? Joined(mode!, [Alias], modern ? Given(config.MacAddress) : null) : null,
        };
    }

    public static NetworkingSpec Joined(string network, IReadOnlyList<string> aliases, string? mac = null) =>
        new(new() { [network] = new EndpointSpec([.. aliases], mac) });

    /// <summary>A container that shares another's network has its host name too.</summary>
    private static string? HostName(string? configured, string? mode, string usual) =>
        mode is not null && mode.StartsWith("container:", StringComparison.Ordinal) ? null : Given(configured) ?? usual;

    private static async Task<IEnumerable<string>> HostsAsync(
        EngineClient engine,
        IReadOnlyList<RunningService> services,
        string? mode,
        CancellationToken ct
    )
    {
        var details = await Task.WhenAll(services.Select(service => engine.InspectContainerAsync(service.Container, ct)));
        return services
            .Zip(details)
            .SelectMany(s => s.First.Plan.Aliases.Select(alias => (alias, AddressOf(s.Second, mode))))
            .Where(h => h.Item2 is not null)
            .Select(h => $"{h.alias}:{h.Item2}");
    }

    private static string? AddressOf(ContainerDetails service, string? mode) =>
        mode == "host"
            ? "127.0.0.1"
            : service
                .NetworkSettings?.Networks?.Values.Select(endpoint => Given(endpoint.IPAddress))
                .FirstOrDefault(address => address is not null);

    private static string? Given(string? text) => text is { Length: > 0 } ? text : null;
}
