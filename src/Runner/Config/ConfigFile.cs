using System.Collections.Immutable;

namespace Slipway.Runner.Config;

/// <summary>A whole <c>config.toml</c> (runner-protocol §15). Keys keep GitLab's names and defaults.</summary>
public sealed record ConfigFile
{
    /// <summary>Jobs that may run at once in this process, over all runners. At least 1.</summary>
    public int Concurrent { get; init; } = 1;

    /// <summary>Between two questions for a job. The file holds whole seconds; 0 or less means 3.</summary>
    public TimeSpan CheckInterval { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary><c>debug</c>, <c>info</c>, <c>warn</c>, <c>error</c>, <c>fatal</c> or <c>panic</c>.</summary>
    public string LogLevel { get; init; } = "info";

    /// <summary><c>runner</c>, <c>text</c> or <c>json</c>.</summary>
    public string LogFormat { get; init; } = "runner";

    /// <summary>How long a forced shutdown may take.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Metrics and health, <c>host:port</c>; port 9252 when left out; <see langword="null"/> = none.</summary>
    public string? ListenAddress { get; init; }

    public TimeSpan ConnectionMaxAge { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Whom the shell executor's jobs run as; <see langword="null"/> = the user of this process.</summary>
    public string? User { get; init; }

    public ImmutableDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;
    public SessionServerConfig SessionServer { get; init; } = new();
    public ImmutableArray<RunnerConfig> Runners { get; init; } = [];
}

/// <param name="SessionTimeout">How long a connected terminal may keep a finished job alive.</param>
public sealed record SessionServerConfig(string? ListenAddress = null, string? AdvertiseAddress = null, TimeSpan? SessionTimeout = null);
