using System.Text;

namespace Slipway.Protocol.Variables;

/// <summary>
/// How a runner puts variables into a text: once, never into what it has just put in (runner-protocol §12.2; the rules are those of Go's
/// <c>os.Expand</c>). <c>$NAME</c>, <c>${NAME}</c>; <c>$$</c> is a dollar; the shell's own <c>$* $# $@ $! $? $- $0…$9</c> and unknown names are
/// empty; a dollar before anything else stays.
/// </summary>
public static class RunnerExpansion
{
    /// <param name="lookup">The value of a name; <see langword="null"/> = not defined.</param>
    public static string Expand(string text, Func<string, string?> lookup)
    {
        var dollar = text.IndexOf('$');
        if (dollar < 0)
            return text;
        var result = new StringBuilder(text.Length + 32);
        var done = 0;
        while (dollar >= 0)
        {
            result.Append(text, done, dollar - done);
            done = dollar + 1 + Replace(text, dollar + 1, lookup, result);
            dollar = done < text.Length ? text.IndexOf('$', done) : -1;
        }

        return result.Append(text, done, text.Length - done).ToString();
    }

    /// <summary>Writes what stands for the reference whose text begins at <paramref name="at"/>, behind the dollar.</summary>
    /// <returns>How many characters of it are used up.</returns>
    private static int Replace(string text, int at, Func<string, string?> lookup, StringBuilder result)
    {
        if (at < text.Length && text[at] == '{')
        {
            var close = text.IndexOf('}', at);
            if (close < 0)
                return 1;
            if (close > at + 1)
                result.Append(Value(text[(at + 1)..close], lookup));
            return close + 1 - at;
        }

        var end = at;
        if (at < text.Length && IsSpecial(text[at]))
            end++;
        else
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
                end++;
        result.Append(end == at ? "$" : Value(text[at..end], lookup));
        return end - at;
    }

    private static string? Value(string name, Func<string, string?> lookup) =>
        name switch
        {
            "$" => "$",
            [var c] when IsSpecial(c) => null,
            _ => lookup(name),
        };

    private static bool IsSpecial(char c) => c is '*' or '#' or '$' or '@' or '!' or '?' or '-' or (>= '0' and <= '9');
}
