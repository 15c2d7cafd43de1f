using System.Collections.Immutable;

namespace Slipway.Compiler.Explanations;

/// <summary>All codes a diagnostic can have: <c>slipway explain CODE</c> shows an entry, lint takes its help from it, SARIF its rules.</summary>
public static class DiagnosticTable
{
    /// <summary>By code. Every constant of <see cref="DiagnosticCode"/> is here once.</summary>
    public static ImmutableArray<DiagnosticExplanation> All { get; } =
    [
        .. (
            (ImmutableArray<DiagnosticExplanation>)
                [
                    .. YamlExplanations.All,
                    .. KeywordExplanations.All,
                    .. ComposeExplanations.All,
                    .. IncludeExplanations.All,
                    .. ExternalExplanations.All,
                    .. JobGraphExplanations.All,
                    .. EvaluationExplanations.All,
                    .. UnsupportedExplanations.All,
                ]
        ).OrderBy(explanation => explanation.Code, StringComparer.Ordinal),
    ];

    /// <param name="code">In any case of letters.</param>
    /// <returns><see langword="null"/> when no diagnostic has that code.</returns>
    public static DiagnosticExplanation? Find(string code)
    {
        foreach (var explanation in All)
        {
            if (string.Equals(explanation.Code, code, StringComparison.OrdinalIgnoreCase))
                return explanation;
        }

        return null;
    }
}
