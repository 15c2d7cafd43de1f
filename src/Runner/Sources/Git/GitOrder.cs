using Slipway.Protocol.Jobs;

namespace Slipway.Runner.Sources.Git;

/// <summary>Which commit is to lie where, and how it gets there: a job's <c>git_info</c> and the variables that steer it (runner-protocol §12.5).</summary>
internal sealed record GitOrder
{
    private const string UsualCleaning = "-ffdx";
    private const string UsualFetching = "--prune --quiet";

    public required GitAddress Address { get; init; }
    public required GitInfo Info { get; init; }

    /// <summary>What is in the folder is thrown away first.</summary>
    public bool Fresh { get; init; }

    /// <summary><see langword="null"/>: <c>GIT_CHECKOUT</c> is off.</summary>
    public bool Checkout { get; init; } = true;

    /// <summary>Of <c>git clean</c>; <see langword="null"/> = none.</summary>
    public IReadOnlyList<string>? Clean { get; init; } = [UsualCleaning];

    public IReadOnlyList<string> FetchFlags { get; init; } = ["--prune", "--quiet"];

    /// <summary>Large files are fetched where git-lfs is installed.</summary>
    public bool Lfs { get; init; } = true;

    /// <summary><see langword="null"/> = none.</summary>
    public SubmoduleOrder? Submodules { get; init; }

    /// <summary>Configuration and hooks that an earlier job may have left are removed before git reads them.</summary>
    public bool CleanConfig { get; init; }

    /// <summary>A folder that belongs to another user is worked in all the same.</summary>
    public bool TrustFolder { get; init; }

    /// <summary>Whose certificates the server's may be signed with, a path; <see langword="null"/> = the system's authorities.</summary>
    public string? CaFile { get; init; }

    /// <summary>The coordinator's name for the request that gave us the job, told to its git server; empty = none.</summary>
    public string CorrelationId { get; init; } = "";

    /// <summary>Who fetches, <c>gitlab-runner 1.2.3 linux/amd64</c>.</summary>
    public string UserAgent { get; init; } = "";

    /// <exception cref="JobFailedException">The payload or a variable asks for what cannot be.</exception>
    public static GitOrder Of(JobEnvironment job, bool fresh, string correlationId)
    {
        var (info, variables) = (job.Payload.GitInfo, job.Variables);
        if (info.Sha.Length is < 8 or > 64 || info.Sha.Any(c => !char.IsAsciiHexDigit(c)))
            throw new JobFailedException(FailureReason.RunnerSystem, "the job names no commit");
        if (info.Refspecs.Any(spec => !spec.StartsWith('+') && !spec.StartsWith("refs/", StringComparison.Ordinal)))
            throw new JobFailedException(FailureReason.RunnerSystem, "the job's refspecs are none");
        var cleaning = variables["GIT_CLEAN_FLAGS"] is { Length: > 0 } flags ? flags : UsualCleaning;
        var (host, port) = (variables["CI_SERVER_SHELL_SSH_HOST"] ?? variables["CI_SERVER_HOST"], variables["CI_SERVER_SHELL_SSH_PORT"]);
        return new GitOrder
        {
            Address = GitAddress.Of(
                job.Payload,
                job.Runner.CloneUrl,
                variables.IsOn("GIT_SUBMODULE_FORCE_HTTPS") && host is not null ? (host, port) : null
            ),
            Info = info,
            Fresh = fresh,
            Checkout = variables.IsOn("GIT_CHECKOUT", otherwise: true),
            Clean = cleaning == "none" ? null : GitFlags.Words(cleaning),
            FetchFlags = GitFlags.Words(variables["GIT_FETCH_EXTRA_FLAGS"] is { Length: > 0 } fetch ? fetch : UsualFetching),
            Lfs = !variables.IsOn("GIT_LFS_SKIP_SMUDGE"),
            Submodules = SubmoduleOrder.Of(variables, info.Depth),
            CleanConfig = job.Runner.CleanGitConfig ?? false,
            TrustFolder = job.Runner.SafeDirectoryCheckout ?? false,
            CaFile = variables["CI_SERVER_TLS_CA_FILE"],
            CorrelationId = correlationId,
            UserAgent = $"gitlab-runner {job.Host.Version} {variables["CI_RUNNER_EXECUTABLE_ARCH"]}",
        };
    }
}

/// <summary>Which submodules come along (https://docs.gitlab.com/ci/runners/configure_runners/#git-submodule-strategy).</summary>
/// <param name="Depth">0 = whole histories.</param>
/// <param name="Paths">Git's pathspecs; empty: all.</param>
internal sealed record SubmoduleOrder(bool Recursive, int Depth, IReadOnlyList<string> Paths, IReadOnlyList<string> Flags)
{
    /// <exception cref="JobFailedException">The strategy is none.</exception>
    public static SubmoduleOrder? Of(JobVariables variables, int depth)
    {
        var strategy = variables["GIT_SUBMODULE_STRATEGY"];
        if (strategy is null or "" or "none")
            return null;
        if (strategy is not ("normal" or "recursive"))
            throw new JobFailedException(
                FailureReason.RunnerSystem,
                $"unknown GIT_SUBMODULE_STRATEGY \"{strategy}\": use none, normal or recursive"
            );
        return new SubmoduleOrder(
            strategy == "recursive",
            int.TryParse(variables["GIT_SUBMODULE_DEPTH"], out var own) && own >= 0 ? own : depth,
            GitFlags.Words(variables["GIT_SUBMODULE_PATHS"]),
            GitFlags.Words(variables["GIT_SUBMODULE_UPDATE_FLAGS"])
        );
    }
}
