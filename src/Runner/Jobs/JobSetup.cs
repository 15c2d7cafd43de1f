using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;
using Slipway.Runner.Config;
using Slipway.Runner.Executors;
using Slipway.Runner.Masking;
using Slipway.Runner.Sources.Git;
using Slipway.Runner.Traces;

namespace Slipway.Runner.Jobs;

/// <summary>Works out, before anything happens, where a job's files go, which variables it has, and what its log must hide (runner-protocol §12).</summary>
internal sealed record JobSetup(JobPayload Payload, RunnerConfig Runner, ExecutorKind Kind, JobHost Host)
{
    private static readonly string Platform =
        "linux/"
        + RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => "amd64",
            Architecture.Arm64 => "arm64",
            var other => other.ToString().ToLowerInvariant(),
        };

    /// <exception cref="JobFailedException"><c>GIT_CLONE_PATH</c> asks for what it must not.</exception>
    public JobEnvironment Environment(JobTrace trace, TimeProvider time, CancellationToken abort)
    {
        var paths = Paths();
        var variables = Variables(paths);
        if (variables["GIT_CLONE_PATH"] is { Length: > 0 } own)
        {
            paths = new JobPaths(paths.BuildsDir, ClonePath(own, paths.BuildsDir));
            variables = Variables(paths);
        }

        return new JobEnvironment
        {
            Payload = Payload,
            Runner = Runner,
            Host = Host,
            Variables = variables,
            Paths = paths,
            ProjectPath = ProjectPath,
            Image = Payload.Image is { } image ? Expand(image, variables) : null,
            Services = [.. Payload.Services.Select(s => Expand(s, variables))],
            Trace = trace,
            Time = time,
            Abort = abort,
        };
    }

    public JobTrace Trace(Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> sink, TimeProvider time)
    {
        var limit = (Runner.OutputLimit > 0 ? Runner.OutputLimit : 4096) * 1024L;
        var stamped =
            Host.Timestamps && FeatureFlags.Resolve(Runner, Payload.Variables).First(f => f.Key == "FF_TIMESTAMPS").Value == "true";
        var masks = MaskSet.Of(Payload, Variables(Paths()));
        return new JobTrace(masks, new JobTraceOptions(limit, Payload.Features.TraceSections, stamped), sink, time);
    }

    /// <summary>In the order of §12.1: later wins.</summary>
    private JobVariables Variables(JobPaths paths)
    {
        var all = new List<Variable>(Payload.Variables.Length + 48);
        all.AddRange(FeatureFlags.Resolve(Runner, Payload.Variables));
        if (Payload.Image is { } image)
            all.Add(new Variable("CI_JOB_IMAGE", image.Name));
        all.Add(new Variable("CI_RUNNER_SHORT_TOKEN", Runner.ShortToken));
        foreach (var entry in Runner.Environment)
            if (entry.IndexOf('=') is > 0 and var equals)
                all.Add(new Variable(entry[..equals], entry[(equals + 1)..]));
        all.Add(new Variable("CI_BUILDS_DIR", paths.BuildsDir));
        all.Add(new Variable("CI_PROJECT_DIR", paths.ProjectDir));
        all.Add(new Variable("CI_CONCURRENT_ID", Host.ConcurrentId.ToString()));
        all.Add(new Variable("CI_CONCURRENT_PROJECT_ID", Host.ConcurrentProjectId.ToString()));
        all.Add(new Variable("CI_SERVER", "yes"));
        all.Add(new Variable("CI_JOB_STATUS", "running"));
        all.Add(new Variable("CI_JOB_TIMEOUT", ((int)Timeout.TotalSeconds).ToString()));
        all.AddRange(Payload.Variables.Where(v => !FeatureFlags.IsFlag(v.Key)));
        all.Add(new Variable(Kind.Shared ? "CI_SHARED_ENVIRONMENT" : "CI_DISPOSABLE_ENVIRONMENT", "true"));
        all.Add(new Variable("CI_RUNNER_VERSION", Host.Version));
        all.Add(new Variable("CI_RUNNER_REVISION", Host.Revision));
        all.Add(new Variable("CI_RUNNER_EXECUTABLE_ARCH", Platform));
        all.Add(new Variable("RUNNER_TEMP_PROJECT_DIR", paths.TemporaryDir));
        all.AddRange(GitLogin());
        return new JobVariables(all, paths.TemporaryDir);
    }

    /// <summary>
    /// Where a job's git is not the one that fetched its sources, the login cannot stand in a file beside the folder: git takes it from its environment.
    /// </summary>
    private IEnumerable<Variable> GitLogin()
    {
        if (Kind.HasGit || Payload.GitInfo.RepoUrl.Length == 0 || Payload.Variables.Any(v => v.Key == "GIT_CONFIG_COUNT"))
            return [];
        try
        {
            var address = GitAddress.Of(Payload, Runner.CloneUrl, null);
            if (address.WithLogin.Length == 0)
                return [];
            return address
                .Instead.SelectMany(
                    (instead, i) =>
                        (Variable[])
                            [Secret($"GIT_CONFIG_KEY_{i}", $"url.{address.WithLogin}.insteadOf"), Secret($"GIT_CONFIG_VALUE_{i}", instead)]
                )
                .Prepend(Secret("GIT_CONFIG_COUNT", address.Instead.Count.ToString()));
        }
        catch (JobFailedException)
        {
            // The job fails with it when it comes to its sources.
            return [];
        }

        static Variable Secret(string key, string value) => new(key, value, Public: false, Raw: true);
    }

    /// <summary>Seconds in the payload; none means two hours.</summary>
    public TimeSpan Timeout => TimeSpan.FromSeconds(Payload.RunnerInfo.Timeout > 0 ? Payload.RunnerInfo.Timeout : 7200);

    /// <summary>Where the job says it runs.</summary>
    public string MachineName =>
        Kind.Shared
            ? Host.Name
            : $"runner-{Runner.ShortToken.ToLowerInvariant()}-project-{Payload.JobInfo.ProjectId}-concurrent-{Host.ConcurrentId}";

    private JobPaths Paths()
    {
        var root = Runner.BuildsDir is { Length: > 0 } configured ? Path.GetFullPath(configured, Host.WorkDir) : Kind.BuildsDir;
        if (Kind.Shared && Host.ProjectDir is { } own)
            return new JobPaths(root, own);
        var project = ProjectPath;
        if (Payload.Variables.LastOrDefault(v => v.Key == "GIT_STRATEGY")?.Value == "empty")
            project += "-empty";
        return JobPaths.Lay(
            root,
            project,
            Kind.Shared ? (Runner.ShortToken is { Length: > 0 } t ? t : "local", Host.ConcurrentProjectId) : null
        );
    }

    /// <summary>From the repository's URL; else the project's path; else its number. Never with a part that leads elsewhere.</summary>
    public string ProjectPath
    {
        get
        {
            var path = Uri.TryCreate(Payload.GitInfo.RepoUrl, UriKind.Absolute, out var url)
                ? Uri.UnescapeDataString(url.AbsolutePath)
                : "";
            if (path.EndsWith(".git", StringComparison.Ordinal))
                path = path[..^4];
            var parts = (path.Trim('/').Length > 0 ? path : Payload.JobInfo.ProjectFullPath).Split(
                '/',
                StringSplitOptions.RemoveEmptyEntries
            );
            return parts.Length == 0 || parts.Any(p => p is "." or ".." || p.Contains('\0'))
                ? $"project-{Payload.JobInfo.ProjectId}"
                : string.Join('/', parts);
        }
    }

    private string ClonePath(string path, string buildsDir)
    {
        if (!(Runner.CustomBuildDir ?? !Kind.Shared))
            throw new JobFailedException(
                FailureReason.RunnerConfiguration,
                "setting GIT_CLONE_PATH is not allowed, enable `custom_build_dir` feature"
            );
        var full = Path.GetFullPath(path, buildsDir);
        return full.StartsWith(buildsDir + "/", StringComparison.Ordinal)
            ? full
            : throw new JobFailedException(FailureReason.RunnerConfiguration, $"the GIT_CLONE_PATH={path} has to be within {buildsDir}");
    }

    private static JobImage Expand(JobImage image, JobVariables variables) =>
        image with
        {
            Name = variables.Expand(image.Name),
            Alias = image.Alias is null ? null : variables.Expand(image.Alias),
            PullPolicy = image.PullPolicy.IsDefault ? ImmutableArray<string>.Empty : image.PullPolicy,
        };
}
