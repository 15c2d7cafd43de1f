using Slipway.Compiler.Keywords;
using Slipway.Compiler.Variables;

namespace Slipway.Compiler.Evaluation;

/// <summary><c>pages</c> with its variables replaced. https://docs.gitlab.com/ci/yaml/#pages</summary>
internal static class Pages
{
    private const int LongestPrefix = 63;

    public static CompiledJob.PagesSite? Of(PagesConfig? pages, VariableScope scope) =>
        pages is null
            ? null
            : new CompiledJob.PagesSite(
                scope.Expand(pages.Publish),
                pages.PathPrefix is { } prefix ? Fit(scope.Expand(prefix)) : null,
                pages.ExpireIn is { } expiry ? scope.Expand(expiry) : null
            );

    /// <summary>Lower case, 63 characters, everything but letters, digits and points a dash, neither of the two at an end.</summary>
    /// <returns><see langword="null"/> when nothing is left.</returns>
    internal static string? Fit(string prefix)
    {
        var fit = string.Concat(
            prefix.ToLowerInvariant().Take(LongestPrefix).Select(c => char.IsAsciiLetterOrDigit(c) || c == '.' ? c : '-')
        );
        return fit.Trim('-', '.') is { Length: > 0 } left ? left : null;
    }
}
