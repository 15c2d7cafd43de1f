using System.Collections.Immutable;

namespace Slipway.Cli.Project;

/// <summary>The options that say which pipeline is meant; run, list, explain, lint and config share them. Paths are as the user typed them.</summary>
internal sealed record ProjectOptions
{
    /// <summary>The folder to work in, absolute.</summary>
    public required string Directory { get; init; }

    /// <summary><see langword="null"/>: <c>.gitlab-ci.yml</c>.</summary>
    public string? File { get; init; }

    /// <summary>GitLab's word for what started the pipeline.</summary>
    public string Source { get; init; } = "push";

    /// <summary>The branch the pipeline is for; <see langword="null"/>: the one checked out.</summary>
    public string? Ref { get; init; }

    public string? Tag { get; init; }

    /// <summary>A merge request's target; <see langword="null"/>: the default branch.</summary>
    public string? Target { get; init; }

    /// <summary><c>KEY=VALUE</c>.</summary>
    public ImmutableArray<string> Variables { get; init; } = [];

    public ImmutableArray<string> VariablesFiles { get; init; } = [];
    public ImmutableArray<string> Inputs { get; init; } = [];

    /// <summary><c>GROUP/PROJECT=DIR</c>: checkouts that stand for other projects.</summary>
    public ImmutableArray<string> ProjectDirs { get; init; } = [];

    /// <summary>Nothing is fetched; includes are what was fetched before.</summary>
    public bool Offline { get; init; }
}
