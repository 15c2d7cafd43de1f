using System.Collections.Immutable;
using Slipway.Compiler;
using Slipway.Runner.Config;

namespace Slipway.Cli.LocalRun;

/// <summary>
/// The settings jobs run with: the entry of a <c>config.toml</c> that fits, or else ours for a laptop: nothing privileged, images pulled only when
/// they are not there unless a job asks otherwise, <c>/cache</c> kept; Docker's own engine image as a service gets the rights it cannot do without.
/// </summary>
internal sealed class RunnerSettings(ConfigFile? file)
{
    /// <summary>Longer logs than a server would keep: 100 MiB.</summary>
    private const int OutputLimit = 100 * 1024;

    private static readonly RunnerConfig Ours = new()
    {
        Executor = "docker",
        OutputLimit = OutputLimit,
        Docker = new DockerConfig
        {
            PullPolicy = ["if-not-present"],
            // Whoever runs a job here may ask for what the machine is theirs to give.
            AllowedPullPolicies = ["if-not-present", "always", "never"],
            Volumes = ["/cache"],
        },
    };

    private const string ProxyPrefix = "CI_DEPENDENCY_PROXY_GROUP_IMAGE_PREFIX";
    private const string DirectProxyPrefix = "CI_DEPENDENCY_PROXY_DIRECT_GROUP_IMAGE_PREFIX";

    /// <summary>Names of the image that Docker publishes its engine in.</summary>
    private static readonly ImmutableArray<string> Engines =
    [
        "docker:*dind*",
        "library/docker:*dind*",
        "docker.io/docker:*dind*",
        "docker.io/library/docker:*dind*",
    ];

    /// <summary>For a job with an engine of its own: privileged that, and nothing else, and where it leaves its certificates for the job.</summary>
    private static readonly RunnerConfig OursWithEngine = Ours with
    {
        Docker = Ours.Docker with { ServicesPrivileged = true, AllowedPrivilegedServices = Engines, Volumes = ["/certs/client", "/cache"] },
    };

    /// <summary>The file given, else the user's own, else gitlab-runner's; without any, our defaults.</summary>
    /// <exception cref="CommandException">The file given is not there, or one has a mistake.</exception>
    public static RunnerSettings Load(string? path, Func<string, string?> environment, Action<string> notice)
    {
        if (path is not null && !File.Exists(path))
            throw new CommandException(ExitCode.NotFound, $"there is no {path}");
        if ((path ?? Usual(environment).FirstOrDefault(File.Exists)) is not { } found)
            return new RunnerSettings(null);
        string text;
        try
        {
            text = File.ReadAllText(found);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException && path is null)
        {
            // The system's own file holds tokens, and not everybody may read it.
            notice($"{found} cannot be read, so it is left aside");
            return new RunnerSettings(null);
        }

        var reading = ConfigReader.Read(text, environment);
        foreach (var problem in reading.Problems)
        {
            if (problem.IsError)
                throw new CommandException(ExitCode.Invalid, $"{found}:{problem.Line}:{problem.Column}: {problem.Message}");
        }

        return new RunnerSettings(reading.File);
    }

    public RunnerConfig Shell(CompiledJob job) => Find("shell", job) ?? Ours with { Executor = "shell" };

    /// <summary>The entry for containers; for <see cref="ExecutorChoice.Shell"/> the shell's.</summary>
    public RunnerConfig For(ExecutorChoice choice, CompiledJob? job) =>
        choice == ExecutorChoice.Shell && job is not null ? Shell(job) : Find("docker", job) ?? (HasEngine(job) ? OursWithEngine : Ours);

    /// <summary>By the names of <see cref="Engines"/>; a tag with variables in it may still turn out to be one.</summary>
    private static bool HasEngine(CompiledJob? job) =>
        job?.Services.Select(service => WithHub(service.Name))
            .Any(name =>
                name.Contains("dind", StringComparison.Ordinal)
                && Engines.Any(glob => name.StartsWith(glob[..(glob.IndexOf(':') + 1)], StringComparison.Ordinal))
            ) == true;

    /// <summary>An image's name with what a run's dependency proxy is in the place of its variable.</summary>
    private static string WithHub(string name)
    {
        var slash = name.IndexOf('/');
        return slash > 0 && name[..slash].TrimStart('$').Trim('{', '}') is ProxyPrefix or DirectProxyPrefix
            ? RegistryUse.Hub + name[slash..]
            : name;
    }

    private static IEnumerable<string> Usual(Func<string, string?> environment)
    {
        var home = environment("HOME") ?? "";
        var own = environment("XDG_CONFIG_HOME") is { Length: > 0 } xdg ? xdg : Path.Combine(home, ".config");
        return
        [
            Path.Combine(own, "slipway", "config.toml"),
            Path.Combine(home, ".gitlab-runner", "config.toml"),
            "/etc/gitlab-runner/config.toml",
        ];
    }

    /// <summary>The first entry of that executor whose name or labels hold all of the job's tags; else the first of that executor.</summary>
    private RunnerConfig? Find(string executor, CompiledJob? job)
    {
        var fitting =
            file?.Runners.Where(r =>
                    r.Executor == executor || (executor == "docker" && r.Executor.StartsWith("docker", StringComparison.Ordinal))
                )
                .ToArray()
            ?? [];
        var found =
            fitting.FirstOrDefault(r => job is { Tags.IsEmpty: false } && job.Tags.All(tag => Names(r).Contains(tag)))
            ?? fitting.FirstOrDefault();
        return found is null ? null : found with { OutputLimit = Math.Max(found.OutputLimit, OutputLimit) };
    }

    private static HashSet<string> Names(RunnerConfig entry) =>
        [.. entry.Name.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries), .. entry.Labels.Keys, .. entry.Labels.Values];
}
