using System.Collections.Immutable;
using Slipway.Protocol.Variables;

namespace Slipway.Compiler.Variables;

/// <summary>
/// Which of the instance's, groups' and project's variables a job sees, by the environment it deploys to: scope <c>*</c> always, an exact name or a
/// pattern such as <c>review/*</c> when it fits. Among those of one owner the most exact scope wins.
/// </summary>
internal static class EnvironmentScopes
{
    /// <param name="environment">The environment's expanded name; <see langword="null"/> for a job without one.</param>
    public static ImmutableArray<Variable> Visible(ImmutableArray<ScopedVariable> variables, string? environment) =>
        [
            .. variables
                .Where(scoped => Fits(scoped.EnvironmentScope, environment))
                .OrderBy(scoped => scoped.Level)
                .ThenBy(scoped => Exactness(scoped.EnvironmentScope))
                .Select(scoped => scoped.Variable),
        ];

    private static int Exactness(string scope) =>
        scope == "*" ? 0
        : scope.Contains('*') ? scope.Length
        : int.MaxValue;

    /// <summary><c>*</c> stands for any text, slashes included.</summary>
    internal static bool Fits(string scope, string? environment)
    {
        if (scope == "*" || environment is null)
            return scope == "*";
        int p = 0,
            s = 0,
            star = -1,
            taken = 0;
        while (s < environment.Length)
        {
            if (p < scope.Length && scope[p] == '*')
                (star, taken, p) = (p, s, p + 1);
            else if (p < scope.Length && scope[p] == environment[s])
                (p, s) = (p + 1, s + 1);
            else if (star >= 0)
                (p, s) = (star + 1, ++taken);
            else
                return false;
        }

        while (p < scope.Length && scope[p] == '*')
            p++;
        return p == scope.Length;
    }
}
