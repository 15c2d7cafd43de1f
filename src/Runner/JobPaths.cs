namespace Slipway.Runner;

/// <summary>
/// Where a job's files lie, as its scripts see them: all absolute.
/// <code>
/// BuildsDir/                                    CI_BUILDS_DIR
///   [SHORT TOKEN/SLOT/]group/project/           CI_PROJECT_DIR; the part in brackets where several jobs share BuildsDir
///   [SHORT TOKEN/SLOT/]group/project.tmp/       file variables by key, gitlab_runner_env
/// </code>
/// </summary>
public sealed record JobPaths(string BuildsDir, string ProjectDir)
{
    /// <summary>
    /// Variable of a shell script's own environment that names its <see cref="ProjectDir"/>, so that a process can be told to be a job's wherever
    /// it stands. Jobs do set <c>CI_PROJECT_DIR</c> anew; this one they have no reason to.
    /// </summary>
    public const string Mark = "SLIPWAY_JOB_DIR";

    public string TemporaryDir => ProjectDir + ".tmp";

    internal static ReadOnlySpan<byte> EnvFileName => "gitlab_runner_env"u8;

    /// <summary>What <c>GITLAB_ENV</c> names: lines <c>KEY=VALUE</c> that later scripts of the job get as variables.</summary>
    public string EnvFile => TemporaryDir + "/gitlab_runner_env";

    /// <summary>The layout of runner-protocol §12.3.</summary>
    /// <param name="root">The builds directory.</param>
    /// <param name="project">Path of namespace and project.</param>
    /// <param name="sharedFor">Short token and slot when jobs share the root, <see langword="null"/> when each job has it for itself.</param>
    public static JobPaths Lay(string root, string project, (string ShortToken, int Slot)? sharedFor)
    {
        var builds = root.Length > 1 ? root.TrimEnd('/') : root;
        var prefix = sharedFor is var (token, slot) ? $"{builds}/{token}/{slot}" : builds;
        return new JobPaths(builds, $"{prefix}/{project}");
    }
}
