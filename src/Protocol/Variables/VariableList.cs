using System.Collections.Immutable;
using System.Text;

namespace Slipway.Protocol.Variables;

/// <summary>
/// Replaces references between variables (gitlab-ci-yaml §10.3): each value sees the replaced values of what it refers to, so variables
/// are put in order first. A later variable of the same key wins; a reference reaches over all of them.
/// </summary>
public static class VariableList
{
    /// <summary>All replaced values of one list together grow no longer than this many characters; then references stay as they are.</summary>
    public const int MaxTotal = 16 * 1024 * 1024;

    /// <summary>
    /// What goes to the runner: unknown references stay, and so do those to file variables (the runner puts in the path) and to raw ones (the
    /// runner puts in the value without looking into it).
    /// </summary>
    /// <returns>The variables in the order GitLab sends them; the list itself when nothing refers to anything, or when references go in circles.</returns>
    public static ImmutableArray<Variable> ExpandForRunner(ImmutableArray<Variable> variables) => Expand(variables, forRunner: true);

    /// <summary>What the server itself works with: unknown references become nothing, and file and raw variables give their content.</summary>
    public static ImmutableArray<Variable> ExpandAll(ImmutableArray<Variable> variables) => Expand(variables, forRunner: false);

    /// <summary>GitLab's sentence, <c>circular variable reference detected: ["A", "B"]</c>, or <see langword="null"/>. A variable may refer to its own key once.</summary>
    public static string? CircularReference(IReadOnlyList<Variable> variables)
    {
        var order = VariableOrder.Of(variables);
        return order?.Circles.Count > 0
            ? "circular variable reference detected: " + string.Join(", ", order.Circles.Select(Inspect))
            : null;
    }

    private static string Inspect(IReadOnlyList<string> keys) => "[" + string.Join(", ", keys.Select(key => $"\"{key}\"")) + "]";

    private static ImmutableArray<Variable> Expand(ImmutableArray<Variable> variables, bool forRunner)
    {
        var order = VariableOrder.Of(variables);
        if (order is null || order.Circles.Count > 0)
            return variables;
        var done = new Dictionary<string, Variable>(variables.Length, StringComparer.Ordinal);
        var result = ImmutableArray.CreateBuilder<Variable>(variables.Length);
        var budget = MaxTotal;
        foreach (var index in order.Indexes)
        {
            var variable = variables[index];
            if (VariableOrder.Refers(variable))
                variable = variable with { Value = Replace(variable.Value, done, forRunner, ref budget) };
            done[variable.Key] = variable;
            result.Add(variable);
        }

        return result.MoveToImmutable();
    }

    private static string Replace(string text, Dictionary<string, Variable> done, bool forRunner, ref int budget)
    {
        if (!VariableReferences.TryNext(text, 0, doubled: true, out var found))
            return text;
        var room = Math.Min(budget, VariableExpansion.MaxLength);
        var result = new StringBuilder(text.Length + 32);
        var copied = 0;
        do
        {
            result.Append(text, copied, found.Start - copied);
            copied = found.End;
            var known = found.IsNamed ? done.GetValueOrDefault(text[found.NameStart..found.NameEnd]) : null;
            var stays = known is null ? forRunner || !found.IsNamed : forRunner && (known.File || known.Raw);
            if (stays || result.Length + (known?.Value.Length ?? 0) > room)
                result.Append(text, found.Start, found.End - found.Start);
            else
                result.Append(known?.Value);
        } while (VariableReferences.TryNext(text, copied, doubled: true, out found));

        result.Append(text, copied, text.Length - copied);
        budget = Math.Max(0, budget - result.Length);
        return result.ToString();
    }
}
