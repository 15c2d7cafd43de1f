using System.Collections.Immutable;

namespace Slipway.Compiler.Keywords;

/// <summary>One entry of <c>needs</c>.</summary>
internal abstract record NeedConfig
{
    private NeedConfig(Position at) => At = at;

    /// <summary>Where the entry stands.</summary>
    public Position At { get; init; }

    /// <summary>A job of this pipeline.</summary>
    /// <param name="Matrix">
    /// <c>parallel: {matrix: …}</c>: the instances meant. <see langword="null"/>: all of them. Always <see langword="null"/> in
    /// <see cref="JobInstance.Needs"/>, where it has been resolved.
    /// </param>
    internal sealed record Job(string Name, bool Artifacts, bool Optional, ImmutableArray<MatrixRow>? Matrix, Position At) : NeedConfig(At);

    /// <summary>Artifacts of the latest successful job of that name in another project; no waiting. Texts may hold variables.</summary>
    internal sealed record CrossProject(string Project, string Name, string Ref, bool Artifacts, Position At) : NeedConfig(At);

    /// <summary>Artifacts of a job in another pipeline of the same hierarchy; no waiting.</summary>
    /// <param name="Pipeline">An id, or a variable that holds one.</param>
    internal sealed record CrossPipeline(string Pipeline, string Name, bool Artifacts, bool Optional, Position At) : NeedConfig(At);

    /// <summary><c>needs: {pipeline: group/project}</c>: the job mirrors the status of that project's latest pipeline. At most one, on bridges only.</summary>
    internal sealed record Upstream(string Project, Position At) : NeedConfig(At);
}

/// <summary><c>parallel</c>: how many instances.</summary>
internal abstract record ParallelConfig
{
    private ParallelConfig() { }

    /// <param name="Instances">1 to 200.</param>
    internal sealed record Count(int Instances) : ParallelConfig;

    /// <param name="Rows">Each makes the product of its variables' values; all together at most 200 instances.</param>
    internal sealed record Matrix(ImmutableArray<MatrixRow> Rows) : ParallelConfig;
}

/// <summary>An entry of a matrix: variables in the order they were written, each with one or more values.</summary>
internal sealed record MatrixRow(ImmutableArray<MatrixVariable> Variables, Position At);

/// <param name="Values">In order, as text.</param>
internal sealed record MatrixVariable(string Key, ImmutableArray<string> Values, Position At);
