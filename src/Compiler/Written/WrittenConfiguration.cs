using System.Collections.Immutable;

namespace Slipway.Compiler.Written;

/// <summary>
/// A configuration as its jobs see it once includes, <c>extends</c>, <c>!reference</c>, <c>default</c> and the global variables are worked in,
/// and before any rule is asked: what two states of a configuration are compared by.
/// </summary>
/// <param name="Globals"><c>stages</c> and <c>workflow</c>.</param>
/// <param name="Jobs">The visible jobs in file order; their names are unique.</param>
public sealed record WrittenConfiguration(
    ImmutableArray<WrittenConfiguration.Keyword> Globals,
    ImmutableArray<WrittenConfiguration.Job> Jobs
)
{
    public static WrittenConfiguration Empty { get; } = new([], []);

    /// <param name="Keywords">Its own and those it inherits, without <c>extends</c> and <c>inherit</c>, whose work is done.</param>
    public sealed record Job(string Name, ImmutableArray<Keyword> Keywords);

    /// <param name="Yaml">The keyword with its value as YAML, without a line break at its end: <c>image: alpine</c>.</param>
    public sealed record Keyword(string Name, string Yaml);
}
