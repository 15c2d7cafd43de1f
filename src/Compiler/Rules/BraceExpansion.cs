using System.Collections.Immutable;

namespace Slipway.Compiler.Rules;

/// <summary>Writes out <c>{a,b}</c> in a glob, nested ones too. Braces without a partner are text; <c>\{</c> is text.</summary>
internal static class BraceExpansion
{
    /// <summary>More than this and the glob would cost more comparisons than a rule is granted.</summary>
    public const int MaxPatterns = 1000;

    private const int MaxCharacters = 1_000_000;

    /// <returns>At least one pattern, or <see langword="null"/> when there are too many.</returns>
    public static ImmutableArray<string>? Expand(string glob)
    {
        if (!glob.Contains('{'))
            return [glob];
        var result = ImmutableArray.CreateBuilder<string>();
        var waiting = new Stack<string>();
        var characters = 0;
        waiting.Push(glob);
        while (waiting.TryPop(out var next))
        {
            if (!TryFindPair(next, out var open, out var close))
            {
                result.Add(next);
                if (result.Count > MaxPatterns)
                    return null;
                continue;
            }

            foreach (var alternative in Alternatives(next, open, close))
            {
                characters += alternative.Length;
                waiting.Push(alternative);
            }

            if (characters > MaxCharacters || waiting.Count > MaxPatterns)
                return null;
        }

        return result.ToImmutable();
    }

    /// <summary>The first brace that opens, and the one that closes it.</summary>
    private static bool TryFindPair(string glob, out int open, out int close)
    {
        (open, close) = (0, 0);
        var depth = 0;
        for (var i = 0; i < glob.Length; i++)
        {
            if (glob[i] == '\\')
                i++;
            else if (glob[i] == '{' && depth++ == 0)
                open = i;
            else if (glob[i] == '}' && depth > 0 && --depth == 0)
            {
                close = i;
                return true;
            }
        }

        return false;
    }

    /// <summary>One text for each alternative between the braces, the last first.</summary>
    private static List<string> Alternatives(string glob, int open, int close)
    {
        var result = new List<string>();
        var depth = 0;
        var start = open + 1;
        for (var i = open + 1; i <= close; i++)
        {
            if (glob[i] == '\\')
                i++;
            else if (glob[i] == '{')
                depth++;
            else if (i == close || (glob[i] == ',' && depth == 0))
            {
                result.Add(string.Concat(glob.AsSpan(0, open), glob.AsSpan(start, i - start), glob.AsSpan(close + 1)));
                start = i + 1;
            }
            else if (glob[i] == '}')
                depth--;
        }

        result.Reverse();
        return result;
    }
}
