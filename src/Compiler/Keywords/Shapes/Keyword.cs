namespace Slipway.Compiler.Keywords.Shapes;

/// <summary>Where a keyword may stand.</summary>
[Flags]
internal enum Where
{
    Nowhere = 0,
    TopLevel = 1,
    Default = 2,
    Job = 4,

    /// <summary>In a job that triggers a pipeline.</summary>
    TriggerJob = 8,
    AnyJob = Job | TriggerJob,
}

/// <summary>A key of the language.</summary>
/// <param name="IsEntry">
/// GitLab gives the key a place of its own: <c>jobs:test:image config should be …</c>. Otherwise it is told as a part of its map:
/// <c>jobs:test start in should be …</c>.
/// </param>
internal sealed record Keyword(string Name, Shape Shape, bool IsEntry = true)
{
    public Where Where { get; init; }

    /// <summary>What GitLab calls it inside its map; <see langword="null"/>: its name with blanks for underscores.</summary>
    public string? Attribute { get; init; }

    /// <summary>GitLab prints errors of this entry with the bare name for their place, whatever map it stands in.</summary>
    public bool HasOwnPlace { get; init; }

    /// <summary>A part of its map, not a place of its own.</summary>
    public static Keyword Part(string name, Shape shape) => new(name, shape, IsEntry: false);
}
