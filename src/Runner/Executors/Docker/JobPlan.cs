using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;
using Slipway.Runner.Config;
using Slipway.Runner.Executors.Docker.Engine;
using Slipway.Runner.Executors.Docker.Images;
using Slipway.Runner.Executors.Docker.Services;

namespace Slipway.Runner.Executors.Docker;

/// <summary>What a job gets in the engine, decided and checked before anything is made.</summary>
internal sealed record JobPlan
{
    /// <summary>Longer variables than this (one of Linux's limits, less its name) cannot be handed to a program at all.</summary>
    private const int MaxEnvironmentString = 128 * 1024 - 1;

    public required ContainerNames Names { get; init; }
    public required ImageReference Image { get; init; }
    public required IReadOnlyList<PullPolicy> PullPolicies { get; init; }
    public string? Platform { get; init; }
    public string? User { get; init; }

    /// <summary><see langword="null"/>: the image's own.</summary>
    public string[]? Entrypoint { get; init; }

    public bool Privileged { get; init; }
    public required NetworkPlan Network { get; init; }
    public required VolumePlan Volumes { get; init; }
    public IReadOnlyList<ServicePlan> Services { get; init; } = [];

    /// <summary><c>KEY=VALUE</c>.</summary>
    public required string[] Environment { get; init; }

    /// <exception cref="JobFailedException">The job asks for what the runner does not allow, or one of both is not understood.</exception>
    public static JobPlan Make(JobEnvironment job, Labels labels)
    {
        var config = job.Runner.Docker;
        var wanted = job.Image ?? new JobImage { Name = job.Variables.Expand(config.Image) };
        if (wanted.Name.Length == 0)
            throw Refused("the job names no image, and the runner has none for jobs without");
        var image = ImageReference.Parse(wanted.Name) ?? throw Refused($"invalid image name: \"{wanted.Name}\"");
        if (job.Image is not null)
            AllowList.Check("image", wanted.Name, config.AllowedImages, config.Image);

        var names = ContainerNames.Of(job);
        // Without a token the runner is the folder whose jobs it runs.
        var runner = job.Runner.Token is { Length: > 0 } token ? token : job.Host.CacheDir ?? job.Host.WorkDir;
        var owner = VolumePlan.OwnerName(runner, job.Host.SystemId, job.Payload.JobInfo.ProjectId, job.Host.ConcurrentProjectId);
        var isProtected = job.Payload.GitInfo.Protected == true;
        var services = ServicePlan.Make(config, job.Services, job.Variables.Expand, own => ServiceEnvironment(job, own), job.Trace);
        foreach (var service in services.Where(s => !s.Configured))
            AllowList.Check("service", service.Definition.Name, config.AllowedServices, [.. config.Services.Select(s => s.Name)]);
        return new JobPlan
        {
            Names = names,
            Image = image,
            PullPolicies = Images.PullPolicies.Effective(wanted.Name, wanted.PullPolicy, config.PullPolicy, config.AllowedPullPolicies),
            Platform = Expanded(job, wanted.ExecutorOpts?.Docker?.Platform),
            User = UserOf(config, Expanded(job, wanted.ExecutorOpts?.Docker?.User)),
            Entrypoint = EntrypointOf(job, wanted),
            Privileged = config.Privileged && AllowList.Holds(wanted.Name, config.AllowedPrivilegedImages),
            Network = NetworkPlan.Of(config.NetworkMode, job.Flag("FF_NETWORK_PER_BUILD"), services.Count > 0),
            Volumes = VolumePlan.Make(
                config,
                job.Paths.BuildsDir,
                job.Paths.ProjectDir,
                owner,
                names.Job,
                isProtected,
                (destination, kept) => labels.OfVolume(destination, kept, isProtected)
            ),
            Services = services,
            Environment = [.. job.Variables.All.Select(v => $"{v.Key}={job.Variables.Told(v)}").Where(IsUsable)],
        };
    }

    /// <summary>Whether a service gets all rights: <c>services_privileged</c>, which is <c>privileged</c> when not given, for the images it is meant for.</summary>
    public static bool IsPrivileged(DockerConfig config, ServicePlan service) =>
        (config.ServicesPrivileged ?? config.Privileged) && AllowList.Holds(service.Definition.Name, config.AllowedPrivilegedServices);

    /// <summary>A service sees the runner's environment, the job's public variables, and its own.</summary>
    private static string[] ServiceEnvironment(JobEnvironment job, IReadOnlyList<JobImageVariable> own)
    {
        var variables = JobVariables.ForServices(
            [.. job.Variables.Definitions, .. own.Select(v => new Variable(v.Key, v.Value))],
            job.Paths.TemporaryDir
        );
        return [.. variables.All.Select(v => $"{v.Key}={variables.Told(v)}").Where(IsUsable)];
    }

    private static string? UserOf(DockerConfig config, string? wanted)
    {
        if (Given(config.User) is { } configured)
            return configured;
        if (wanted is null || config.AllowedUsers.IsEmpty || config.AllowedUsers.Contains(wanted))
            return wanted;
        throw Refused($"user \"{wanted}\" is not an allowed user: {string.Join(", ", config.AllowedUsers)}");
    }

    private static string[]? EntrypointOf(JobEnvironment job, JobImage image)
    {
        if (image.Entrypoint.IsDefaultOrEmpty)
            return null;
        if (!job.Runner.Docker.DisableEntrypointOverwrite)
            return [.. image.Entrypoint];
        job.Trace.Warning("Entrypoint override disabled");
        return null;
    }

    private static bool IsUsable(string pair) => pair.Length < MaxEnvironmentString && !pair.Contains('\0');

    private static string? Expanded(JobEnvironment job, string? text) => text is null ? null : Given(job.Variables.Expand(text));

    private static string? Given(string? text) => text is { Length: > 0 } ? text : null;

    private static JobFailedException Refused(string message) => new(FailureReason.RunnerConfiguration, message);
}
