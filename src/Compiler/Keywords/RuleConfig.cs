using System.Collections.Immutable;

namespace Slipway.Compiler.Keywords;

/// <summary>
/// One entry of <c>rules</c>, of a job or of the workflow. It matches when all clauses it has (<c>if</c>, <c>changes</c>, <c>exists</c>)
/// are true; without clauses always. A member is <see langword="null"/> when the rule does not say it.
/// </summary>
internal sealed record RuleConfig
{
    public required Position At { get; init; }

    /// <summary>Its syntax has been checked when the configuration was read.</summary>
    public TextAt? If { get; init; }

    public ChangesConfig? Changes { get; init; }
    public ExistsConfig? Exists { get; init; }

    /// <summary><see langword="null"/> as well when the rule says <c>never</c>; see <see cref="Never"/>.</summary>
    public JobWhen? When { get; init; }

    /// <summary><c>when: never</c>.</summary>
    public bool Never { get; init; }

    /// <summary>With <c>when: delayed</c> only. Above zero, at most a week.</summary>
    public TimeSpan? StartIn { get; init; }

    public bool? AllowFailure { get; init; }

    /// <summary>They beat the job's (for a workflow rule: the global) variables.</summary>
    public ImmutableArray<VariableConfig> Variables { get; init; } = [];

    /// <summary>Replace the job's needs whole. An empty list does not by itself make a job start at once.</summary>
    public ImmutableArray<NeedConfig>? Needs { get; init; }

    public bool? Interruptible { get; init; }

    /// <summary>Workflow rules only.</summary>
    public AutoCancelConfig? AutoCancel { get; init; }
}

/// <param name="At">Where the value of <c>changes</c> stands.</param>
/// <param name="Paths">Globs; at most 50. Empty: false.</param>
/// <param name="CompareTo">A branch, tag or commit to compare with; <see langword="null"/>: what the pipeline itself brought.</param>
internal sealed record ChangesConfig(Position At, ImmutableArray<TextAt> Paths, TextAt? CompareTo)
{
    /// <summary>In place of the globs.</summary>
    public TextAt? Regexp { get; init; }
}

/// <param name="At">Where the value of <c>exists</c> stands.</param>
/// <param name="Paths">Globs; at most 50.</param>
/// <param name="Project">Path of another project; <see langword="null"/>: this one.</param>
/// <param name="Ref">Only with <paramref name="Project"/>; <see langword="null"/>: its default branch.</param>
internal sealed record ExistsConfig(Position At, ImmutableArray<TextAt> Paths, TextAt? Project, TextAt? Ref)
{
    /// <summary>In place of the globs.</summary>
    public TextAt? Regexp { get; init; }
}

/// <summary>
/// The value of <c>only</c> or <c>except</c>. A part that is <see langword="null"/> is not asked. In <c>only</c> all parts must hold, in
/// <c>except</c> one is enough; within a part one entry is enough.
/// </summary>
internal sealed record PolicyConfig
{
    /// <summary>Where the value stands; the job's place for GitLab's default.</summary>
    public required Position At { get; init; }

    /// <summary>Keywords (<c>branches</c>, <c>tags</c>, <c>merge_requests</c> …), exact ref names, or <c>/patterns/</c> with flags; each with an optional <c>@group/project</c>.</summary>
    public ImmutableArray<TextAt>? Refs { get; init; }

    /// <summary>Expressions; their syntax has been checked.</summary>
    public ImmutableArray<TextAt>? Variables { get; init; }

    /// <summary>Globs.</summary>
    public ImmutableArray<TextAt>? Changes { get; init; }

    /// <summary><c>kubernetes: active</c>.</summary>
    public bool Kubernetes { get; init; }

    /// <summary>GitLab's default, not written.</summary>
    public bool IsDefault { get; init; }
}
