using System.Collections.Immutable;

namespace Slipway.Compiler.Keywords;

/// <summary>
/// A configuration as it was written: checked, typed, with <c>default:</c> handed down to the jobs, and nothing evaluated yet. No rule
/// has been asked and no variable replaced: every text may still hold <c>$VARIABLES</c>.
/// </summary>
internal sealed record Configuration
{
    /// <summary>All stages in order, <c>.pre</c> first and <c>.post</c> last, each once.</summary>
    public required ImmutableArray<string> Stages { get; init; }

    /// <summary>The global <c>variables</c>, in file order.</summary>
    public ImmutableArray<VariableConfig> Variables { get; init; } = [];

    public WorkflowConfig Workflow { get; init; } = new();

    /// <summary>The visible jobs as written, in file order; parallel ones unexpanded. Names are unique.</summary>
    public required ImmutableArray<JobConfig> Jobs { get; init; }

    /// <summary>
    /// What a pipeline is made from: <see cref="Jobs"/> in the same order, with each parallel job replaced by its instances and each
    /// name of such a job in needs and dependencies replaced by its instances' names. Names are unique.
    /// </summary>
    public required ImmutableArray<JobInstance> Instances { get; init; }
}

/// <summary>A text and where it stands.</summary>
internal readonly record struct TextAt(string Text, Position At)
{
    public override string ToString() => Text;
}

internal sealed record WorkflowConfig
{
    /// <summary>Trimmed, at most 255 characters, never blank.</summary>
    public TextAt? Name { get; init; }

    /// <summary>
    /// True when the key <c>rules</c> is there, even with null: jobs without rules of their own then lose their default
    /// <c>only: [branches, tags]</c> (the reader has taken care of that), and the warning about duplicate pipelines is not given.
    /// </summary>
    public bool HasRules { get; init; }

    /// <summary><see langword="null"/>: every pipeline is wanted. An empty list never matches. <c>When</c> is always or never.</summary>
    public ImmutableArray<RuleConfig>? Rules { get; init; }

    public AutoCancelConfig? AutoCancel { get; init; }
}

/// <param name="OnNewCommit"><c>conservative</c>, <c>interruptible</c> or <c>none</c>; <see langword="null"/> when not written.</param>
/// <param name="OnJobFailure"><c>none</c> or <c>all</c>; <see langword="null"/> when not written.</param>
internal sealed record AutoCancelConfig(string? OnNewCommit, string? OnJobFailure);

/// <summary>A variable as YAML defines it: global, of a job, of a rule, or of a matrix row.</summary>
/// <param name="Value">What Ruby's <c>to_s</c> makes of the scalar: <c>012345</c> is <c>5349</c>. Empty when only a description was given.</param>
/// <param name="Raw"><c>expand: false</c>.</param>
/// <param name="At">Where the variable's key stands.</param>
internal sealed record VariableConfig(string Key, string Value, bool Raw, Position At)
{
    /// <summary>Global variables only; with it the variable is offered in the form for a pipeline by hand.</summary>
    public string? Description { get; init; }

    /// <summary>Global variables only. When not empty, <see cref="Value"/> is one of them.</summary>
    public ImmutableArray<string> Options { get; init; } = [];
}
