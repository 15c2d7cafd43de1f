using Slipway.Protocol.Jobs;
using Slipway.Runner.Config;
using Slipway.Runner.Executors.Docker.Engine;
using Slipway.Runner.Traces;

namespace Slipway.Runner.Executors.Docker.Services;

/// <summary>A service that a job gets.</summary>
/// <param name="Definition">With the job's variables put in.</param>
/// <param name="Aliases">At least one; no other service of the job has any of them.</param>
/// <param name="Environment"><c>KEY=VALUE</c>: its own variables on top of the job's public ones.</param>
/// <param name="Index">From 0, in the order of definition: part of its container's name.</param>
/// <param name="Configured">It is the runner's, so it need not be on the list of allowed services.</param>
internal sealed record ServicePlan(
    JobImage Definition,
    ImageReference Image,
    IReadOnlyList<string> Aliases,
    string[] Environment,
    int Index,
    bool Configured
)
{
    /// <summary>The runner's services, then the job's (runner-protocol §14.2). A service without a free alias is left out, and the log says so.</summary>
    /// <param name="environment">Makes a service's environment from its own variables.</param>
    /// <exception cref="JobFailedException">A name is no image's, or there are more than the runner allows.</exception>
    public static IReadOnlyList<ServicePlan> Make(
        DockerConfig config,
        IReadOnlyList<JobImage> wanted,
        Func<string, string> expand,
        Func<IReadOnlyList<JobImageVariable>, string[]> environment,
        JobTrace trace
    )
    {
        if (config.ServicesLimit is >= 0 and var limit && wanted.Count > limit)
            throw new JobFailedException(
                FailureReason.RunnerConfiguration,
                $"the number of services requested {wanted.Count} is greater than the services_limit of {limit}"
            );

        var taken = new HashSet<string>(StringComparer.Ordinal);
        var plans = new List<ServicePlan>();
        IEnumerable<(JobImage Service, bool Configured)> all =
        [
            .. config.Services.Select(s => (FromConfig(s, expand), true)),
            .. wanted.Select(s => (s, false)),
        ];
        foreach (var (service, configured) in all)
        {
            if (service.Name.Length == 0)
                continue;
            var image =
                ImageReference.Parse(service.Name)
                ?? throw new JobFailedException(FailureReason.RunnerConfiguration, $"invalid service image name: \"{service.Name}\"");
            var aliases = ServiceAliases.Of(image, service.Alias);
            var free = aliases.Where(alias => !taken.Contains(alias)).ToList();
            if (free.Count == 0)
            {
                trace.Warning($"Service {service.Name} is already created. Ignoring.");
                continue;
            }

            if (free.Count < aliases.Count)
                trace.Warning(
                    $"Service {service.Name}: {string.Join(", ", aliases.Except(free))} is the name of an earlier service already; it is reached as {string.Join(", ", free)}"
                );
            taken.UnionWith(free);
            plans.Add(new ServicePlan(service, image, free, environment(service.Variables), plans.Count, configured));
        }

        return plans;
    }

    private static JobImage FromConfig(DockerServiceConfig service, Func<string, string> expand) =>
        new()
        {
            Name = expand(service.Name),
            Alias = service.Alias,
            Entrypoint = service.Entrypoint,
            Command = service.Command,
            Variables =
            [
                .. service.Environment.Select(pair => pair.Split('=', 2)).Select(p => new JobImageVariable(p[0], p.Length > 1 ? p[1] : "")),
            ],
        };
}

/// <param name="Container">Id of its container.</param>
internal sealed record RunningService(ServicePlan Plan, string Container, string ContainerName);
