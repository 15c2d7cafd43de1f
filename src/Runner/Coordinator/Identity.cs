using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Slipway.Protocol.Coordination;
using Slipway.Runner.Config;

namespace Slipway.Runner.Coordinator;

/// <summary>Who we say we are (runner-protocol §1.1, §3.1). Coordinators go by the version, so we name the gitlab-runner that we speak as, and say in the revision who we are.</summary>
public static class Identity
{
    /// <summary>The gitlab-runner whose protocol this is.</summary>
    public const string SpeaksAs = "19.4.0";

    private static readonly string Revision = "slipway-" + new JobHost().Version;

    private static string Architecture =>
        RuntimeInformation.ProcessArchitecture switch
        {
            System.Runtime.InteropServices.Architecture.X64 => "amd64",
            System.Runtime.InteropServices.Architecture.X86 => "386",
            var other => other.ToString().ToLowerInvariant(),
        };

    internal static string UserAgent { get; } =
        $"gitlab-runner {SpeaksAs} ({Revision}; dotnet{Environment.Version.Major}; linux/{Architecture})";

    /// <summary>The <c>info</c> of a runner with that executor. What it cannot do it does not say it can.</summary>
    /// <param name="executor">As <c>config.toml</c> has it; empty = not known yet, as when a runner is only verified.</param>
    public static ManagerInfo Info(string executor, string shell = "", ImmutableDictionary<string, string>? labels = null) =>
        new()
        {
            Name = "gitlab-runner",
            Version = SpeaksAs,
            Revision = Revision,
            Platform = "linux",
            Architecture = Architecture,
            Executor = executor is { Length: > 0 } ? executor : null,
            Shell = shell is { Length: > 0 } ? shell : null,
            Labels = labels is { Count: > 0 } ? labels.ToImmutableSortedDictionary(StringComparer.Ordinal) : null,
            Features = Features(executor.StartsWith("docker", StringComparison.Ordinal), executor == "shell"),
        };

    internal static ManagerInfo Info(RunnerConfig runner) => Info(runner.Executor, runner.Shell, runner.Labels);

    private static RunnerFeatures Features(bool docker, bool shell) =>
        new()
        {
            TraceReset = true,
            TraceChecksum = true,
            TraceSize = true,
            Cancelable = true,
            CancelGracefully = true,
            TwoPhaseJobCommit = true,
            JobInputs = true,
            Artifacts = true,
            UploadMultipleArtifacts = true,
            UploadRawArtifacts = true,
            ArtifactsExclude = true,
            Cache = true,
            FallbackCacheKeys = true,
            Refspecs = true,
            Masking = true,
            RawVariables = true,
            MultiBuildSteps = true,
            ReturnExitCode = true,
            Variables = docker || shell,
            Shared = shell,
            Image = docker,
            Services = docker,
            ServiceVariables = docker,
            ServiceMultipleAliases = docker,
            ImageExecutorOpts = docker,
            ServiceExecutorOpts = docker,
        };
}
