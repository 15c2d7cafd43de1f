using System.Collections.Immutable;

namespace Slipway.Compiler.Explanations;

/// <summary>What a diagnostic's code stands for.</summary>
/// <param name="Code">One of <see cref="DiagnosticCode"/>.</param>
/// <param name="Meaning">What is wrong, in a sentence of ours.</param>
/// <param name="Messages">
/// GitLab's words, what varies in curly brackets: <c>{job} job: undefined need: {name}</c>. Of a mistake in an included file the file's name
/// comes first, in backticks.
/// </param>
/// <param name="Help">What to do about it.</param>
public sealed record DiagnosticExplanation(string Code, string Meaning, ImmutableArray<string> Messages, string Help)
{
    public Severity Severity { get; init; } = Severity.Error;

    /// <summary>
    /// A configuration that gives the code; <see langword="null"/> when none of a readable size does. A line <c># file: PATH</c> begins
    /// another file of the project; what stands before the first one is <c>.gitlab-ci.yml</c>.
    /// </summary>
    public string? Wrong { get; init; }

    /// <summary>The same made right.</summary>
    public string? Right { get; init; }
}
