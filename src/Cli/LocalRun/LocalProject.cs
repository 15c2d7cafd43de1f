using Slipway.Compiler;
using Slipway.Runner.Sources;

namespace Slipway.Cli.LocalRun;

/// <summary>What a local run works on: a checkout and the pipeline context worked out for it. A test may make one without any Git.</summary>
internal sealed record LocalProject
{
    /// <summary>The checkout's top folder, absolute. Only <see cref="StateDir"/> below it is ever written to.</summary>
    public required string Root { get; init; }

    /// <summary>The configuration file, relative to <see cref="Root"/>, forward slashes.</summary>
    public string ConfigFile { get; init; } = ".gitlab-ci.yml";

    /// <summary>Where the configuration comes from; by itself the file in <see cref="Tree"/>.</summary>
    public ConfigSource Config
    {
        get => field ?? new ConfigSource.File(ConfigFile);
        init;
    }

    public required PipelineContext Context { get; init; }
    public required ProjectTree Tree { get; init; }

    /// <summary>The working tree as jobs get it; asked for once, early, so that it is listed while the configuration is compiled.</summary>
    public required Func<CancellationToken, Task<SourceTree>> Sources { get; init; }

    /// <summary>Where fetching other projects' files says what it has to say, from now on.</summary>
    public Action<Action<string>> TellNotes { get; init; } = _ => { };

    /// <summary>Where runs, artifacts and caches are kept; by default <c>.slipway</c> below <see cref="Root"/>.</summary>
    public required string StateDir { get; init; }
}
