using System.Collections.Immutable;

namespace Slipway.Compiler;

/// <summary>What a configuration asks of somebody who starts a pipeline by hand. https://docs.gitlab.com/ci/pipelines/#run-a-pipeline-manually</summary>
/// <param name="Inputs">What the root file's <c>spec:inputs</c> declare, in file order. Empty when the declaration itself is wrong.</param>
/// <param name="Variables">The global variables that have a description, in file order. Empty when there are mistakes in the configuration.</param>
public sealed record PipelineForm(ImmutableArray<PipelineForm.Input> Inputs, ImmutableArray<PipelineForm.Variable> Variables)
{
    /// <summary>It asks for nothing.</summary>
    public static PipelineForm Nothing { get; } = new([], []);

    /// <param name="Type"><c>string</c>, <c>number</c>, <c>boolean</c> or <c>array</c>.</param>
    /// <param name="Default">As a form shows it, lists as JSON; <see langword="null"/> when there is none, or rules choose it.</param>
    /// <param name="Options">The values it may have; where rules choose them, those of all rules. Empty when any will do.</param>
    /// <param name="IsRequired">There is no pipeline without a value.</param>
    public sealed record Input(
        string Name,
        string Type,
        string? Description,
        string? Default,
        ImmutableArray<string> Options,
        bool IsRequired
    )
    {
        /// <summary>The regular expression its value matches; <see langword="null"/> when any text will do.</summary>
        public string? Pattern { get; init; }

        /// <summary>Options and default depend on the inputs before it.</summary>
        public bool HasRules { get; init; }
    }

    /// <param name="Value">What it is when nobody says otherwise.</param>
    /// <param name="Options">When not empty, <paramref name="Value"/> is one of them.</param>
    public sealed record Variable(string Key, string Value, string Description, ImmutableArray<string> Options);
}
