using System.Collections.Immutable;

namespace Slipway.Runner.Config;

/// <summary>One <c>[[runners]]</c> entry of <c>config.toml</c> (runner-protocol §15.2): where jobs come from and how they run.</summary>
public sealed record RunnerConfig
{
    public string Name { get; init; } = "";
    public string Url { get; init; } = "";
    public string Token { get; init; } = "";
    public long Id { get; init; }
    public DateTimeOffset? TokenObtainedAt { get; init; }

    /// <summary><see langword="null"/> = never.</summary>
    public DateTimeOffset? TokenExpiresAt { get; init; }

    public string? TlsCaFile { get; init; }
    public string? TlsCertFile { get; init; }
    public string? TlsKeyFile { get; init; }

    /// <summary><c>shell</c>, <c>docker</c> …</summary>
    public string Executor { get; init; } = "";

    /// <summary>Jobs of this entry at once; 0 = no limit of its own.</summary>
    public int Limit { get; init; }

    public int RequestConcurrency { get; init; } = 1;
    public bool StrictCheckInterval { get; init; }

    /// <summary>The longest log, in KiB. What comes after is dropped and the log says so. 0 or less means 4096.</summary>
    public int OutputLimit { get; init; } = 4096;

    /// <summary>As the scripts see it; <see langword="null"/> = the executor's own.</summary>
    public string? BuildsDir { get; init; }

    /// <summary>As the scripts see it; <see langword="null"/> = the executor's own.</summary>
    public string? CacheDir { get; init; }

    /// <summary>Takes the place of scheme, host and path prefix of a job's repository URL.</summary>
    public string? CloneUrl { get; init; }

    /// <summary><c>KEY=VALUE</c>; below the job's own variables.</summary>
    public ImmutableArray<string> Environment { get; init; } = [];

    /// <summary><c>bash</c>, <c>sh</c> or <c>pwsh</c>.</summary>
    public string Shell { get; init; } = "bash";

    public string? PreGetSourcesScript { get; init; }
    public string? PostGetSourcesScript { get; init; }
    public string? PreBuildScript { get; init; }
    public string? PostBuildScript { get; init; }

    /// <summary>Whether a job may choose its folder with <c>GIT_CLONE_PATH</c>; <see langword="null"/> = as the executor likes.</summary>
    public bool? CustomBuildDir { get; init; }

    /// <summary><c>FF_X = true</c>: these beat job variables of the same name.</summary>
    public ImmutableDictionary<string, bool> FeatureFlags { get; init; } = ImmutableDictionary<string, bool>.Empty;

    public int UnhealthyRequestsLimit { get; init; } = 3;
    public TimeSpan UnhealthyInterval { get; init; } = TimeSpan.FromMinutes(60);

    /// <summary>Most tries to say how a job ended; nothing: ten that are answered, and an hour of them while nobody answers.</summary>
    public int? JobStatusFinalUpdateRetryLimit { get; init; }

    /// <summary>Forbids <c>CI_DEBUG_TRACE</c>.</summary>
    public bool DebugTraceDisabled { get; init; }

    public bool? SafeDirectoryCheckout { get; init; }
    public bool? CleanGitConfig { get; init; }

    /// <summary><see langword="null"/> = as long as the job may take.</summary>
    public TimeSpan? PrepareTimeout { get; init; }

    /// <summary><see langword="null"/> = as long as the job may take.</summary>
    public TimeSpan? GetSourcesTimeout { get; init; }

    public ImmutableDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;
    public CacheConfig Cache { get; init; } = new();
    public DockerConfig Docker { get; init; } = new();

    /// <summary>The first nine characters of the token behind its known prefix: names folders, containers and log lines (§12.3).</summary>
    public string ShortToken => ShortTokens.Of(Token);
}

internal static class ShortTokens
{
    private const int Length = 9;

    /// <summary>Strips <c>glrt-</c>, <c>glrtr-</c>, <c>glcbt-</c> and the <c>t1_</c> that may follow, then cuts to nine characters.</summary>
    public static string Of(string token)
    {
        var rest = token.AsSpan();
        foreach (var prefix in (ReadOnlySpan<string>)["glrtr-", "glrt-", "glcbt-", "GR1348941"])
            if (rest.StartsWith(prefix))
            {
                rest = rest[prefix.Length..];
                break;
            }

        if (rest is ['t', >= '0' and <= '9', '_', ..])
            rest = rest[3..];
        return rest[..Math.Min(Length, rest.Length)].ToString();
    }
}
