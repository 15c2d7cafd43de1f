using System.Runtime.InteropServices;

namespace Slipway.Protocol.Variables;

/// <summary>A reference found in a text: where it stands, and the name it holds (empty for <c>$$</c>, <c>%%</c> and <c>${}</c>, which stay).</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct VariableReference(int Start, int End, int NameStart, int NameEnd)
{
    public bool IsNamed => NameEnd > NameStart;
}

/// <summary>
/// Finds what GitLab's server takes for a variable in a text (gitlab-ci-yaml §10.3): <c>$NAME</c>, <c>${NAME}</c> and <c>%NAME%</c>, where a name is a
/// letter or underscore and then letters, digits and underscores. All else stays text, a backslash included: it protects nothing.
/// </summary>
internal static class VariableReferences
{
    /// <summary>False spares the search: there is certainly no reference in it.</summary>
    public static bool Possible(string text) => text.AsSpan().IndexOfAny('$', '%') >= 0;

    /// <param name="doubled">
    /// Whether <c>$$</c>, <c>%%</c> and <c>${}</c> count as things of their own, as they do in values of variables; elsewhere the first
    /// sign is plain text and the second may begin a reference.
    /// </param>
    public static bool TryNext(string text, int from, bool doubled, out VariableReference found)
    {
        var at = from;
        while (at < text.Length)
        {
            var step = text.AsSpan(at).IndexOfAny('$', '%');
            if (step < 0)
                break;
            at += step;
            if (TryAt(text, at, doubled, out found))
                return true;
            at++;
        }

        found = default;
        return false;
    }

    private static bool TryAt(string text, int at, bool doubled, out VariableReference found)
    {
        found = default;
        var next = at + 1;
        if (next >= text.Length)
            return false;
        if (doubled && text[next] == text[at])
        {
            found = new VariableReference(at, at + 2, at, at);
            return true;
        }

        var braced = text[at] == '$' && text[next] == '{';
        var nameStart = braced ? next + 1 : next;
        var nameEnd = EndOfName(text, nameStart);
        var closing = text[at] == '%' ? '%' : '}';
        if (braced || text[at] == '%')
        {
            var empty = nameEnd == nameStart;
            if (nameEnd >= text.Length || text[nameEnd] != closing || (empty && !(doubled && braced)))
                return false;
            found = new VariableReference(at, nameEnd + 1, nameStart, nameEnd);
            return true;
        }

        found = new VariableReference(at, nameEnd, nameStart, nameEnd);
        return nameEnd > nameStart;
    }

    private static int EndOfName(string text, int start)
    {
        if (start >= text.Length || !(char.IsAsciiLetter(text[start]) || text[start] == '_'))
            return start;
        var end = start + 1;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
            end++;
        return end;
    }
}
