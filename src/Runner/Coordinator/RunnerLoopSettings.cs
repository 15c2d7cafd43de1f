using System.Collections.Immutable;
using Slipway.Protocol.Coordination;
using Slipway.Runner.Config;

namespace Slipway.Runner.Coordinator;

/// <summary>What a <see cref="RunnerLoop"/> works with.</summary>
public sealed record RunnerLoopSettings
{
    public required ConfigFile Config { get; init; }

    /// <summary><c>s_0123456789ab</c>: tells apart the machines that share a token.</summary>
    public required string SystemId { get; init; }

    /// <summary>Absolute. <c>builds</c>, <c>cache</c> and <c>sources</c> go below it.</summary>
    public required string WorkDir { get; init; }

    /// <summary>Where <c>certs</c> is looked for; <see langword="null"/> = nowhere.</summary>
    public string? ConfigFolder { get; init; }

    /// <summary>What an operator should know. May be called from any thread, one call at a time.</summary>
    public Action<RunnerEvent> Tell { get; init; } = static _ => { };

    /// <summary>Running jobs are ended and reported as interrupted.</summary>
    public CancellationToken Abort { get; init; }

    /// <summary>How long they may take for it, with their after_script. Zero: it is not run.</summary>
    public TimeSpan AbortGrace { get; init; }

    /// <summary>After so many jobs no more are taken; <see langword="null"/> = never.</summary>
    public int? MaxJobs { get; init; }

    /// <summary>When no job has come for so long, no more are waited for; <see langword="null"/> = never.</summary>
    public TimeSpan? MaxWait { get; init; }

    /// <summary>Asked every three seconds: the configuration, when it is another than before; else <see langword="null"/>.</summary>
    public Func<ConfigFile?> Reload { get; init; } = static () => null;

    /// <summary>
    /// Keeps a runner's new token. Called when three quarters of the old one's life are over and the coordinator has given another; the old one is dead.
    /// <see langword="null"/> = tokens are not renewed.
    /// </summary>
    public Action<RunnerConfig, RunnerToken>? KeepToken { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>One runner of one coordinator, without a configuration file.</summary>
    /// <param name="executor"><c>shell</c> or <c>docker</c>.</param>
    /// <param name="jobs">At once.</param>
    public static RunnerLoopSettings For(string url, string token, string executor, string workDir, int jobs = 1) =>
        new()
        {
            Config = new ConfigFile
            {
                Concurrent = jobs,
                CheckInterval = TimeSpan.FromSeconds(1),
                Runners =
                [
                    new RunnerConfig
                    {
                        Name = "built-in",
                        Url = url,
                        Token = token,
                        Executor = executor,
                    },
                ],
            },
            SystemId = Coordinator.SystemId.Of(workDir),
            WorkDir = workDir,
        };
}

public enum RunnerEventLevel
{
    Debug,
    Info,
    Warning,
    Error,
}

/// <summary>Something worth a line in the runner's own log.</summary>
/// <param name="Message">A short sentence without a full stop.</param>
/// <param name="Fields">What it is about, the most telling first: <c>job</c>, <c>project</c>, <c>runner</c>, <c>duration_s</c>.</param>
public sealed record RunnerEvent(RunnerEventLevel Level, string Message, ImmutableArray<(string Key, string Value)> Fields);
