using System.Collections.Immutable;

namespace Slipway.Compiler.Explanations;

/// <summary>All codes a diagnostic can have: <c>slipway explain CODE</c> shows an entry, lint takes its help from it, SARIF its rules.</summary>
public static class DiagnosticTable
{
    /// <summary>By code. Every constant of <see cref="DiagnosticCode"/> is here once.</summary>
    public static ImmutableArray<Entry> All { get; } =
    [
        .. (
            (ImmutableArray<Entry>)
                [
                    .. YamlExplanations.All,
                    .. KeywordExplanations.All,
                    .. ComposeExplanations.All,
                    .. IncludeExplanations.All,
                    .. ExternalExplanations.All,
                    .. JobGraphExplanations.All,
                    .. EvaluationExplanations.All,
                ]
        ).OrderBy(explanation => explanation.Code, StringComparer.Ordinal),
    ];

    /// <param name="code">In any case of letters.</param>
    /// <returns><see langword="null"/> when no diagnostic has that code.</returns>
    public static Entry? Find(string code)
    {
        foreach (var explanation in All)
        {
            if (string.Equals(explanation.Code, code, StringComparison.OrdinalIgnoreCase))
                return explanation;
        }

        return null;
    }

    /// <summary>What a diagnostic's code stands for.</summary>
    /// <param name="Code">One of <see cref="DiagnosticCode"/>.</param>
    /// <param name="Meaning">What is wrong, in a sentence of ours.</param>
    /// <param name="Messages">
    /// GitLab's words, what varies in curly brackets: <c>{job} job: undefined need: {name}</c>. Of a mistake in an included file the file's name
    /// comes first, in backticks.
    /// </param>
    /// <param name="Help">What to do about it.</param>
    public sealed record Entry(string Code, string Meaning, ImmutableArray<string> Messages, string Help)
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
}
