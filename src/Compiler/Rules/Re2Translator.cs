using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Slipway.Compiler.Rules;

/// <summary>
/// Reads RE2 syntax and writes .NET's. Flags other than <c>i</c> are resolved here: what <c>.</c>, <c>^</c> and <c>$</c> mean is written out.
/// See https://github.com/google/re2/wiki/Syntax.
/// </summary>
internal sealed class Re2Translator(string pattern, string flags)
{
    private const int MaxDepth = 500;

    /// <summary>RE2's own limit, on one count and on the product of nested ones.</summary>
    private const int MaxRepeat = 1000;

    /// <summary>Nodes of the pattern with counted repeats written out; about where RE2's default memory ends.</summary>
    private const int MaxSize = 20_000;

    private readonly StringBuilder _out = new(pattern.Length + 16);
    private int _at;
    private Flags _flags;

    /// <summary>Where the text of <c>\Q…\E</c> ends; what stands before it is literal.</summary>
    private int _quoteEnd = -1;

    private bool IsQuoted => _at < _quoteEnd;

    [Flags]
    private enum Flags
    {
        None = 0,
        IgnoreCase = 1,
        MultiLine = 2,
        DotAll = 4,
        Ungreedy = 8,
    }

    /// <param name="Size">Nodes, counted repeats written out.</param>
    /// <param name="Repeat">Largest product of nested counts.</param>
    /// <param name="Quantifiers">How many places can take more or less.</param>
    /// <param name="Ways">Product of the alternatives there are.</param>
    /// <param name="IsNested">Something with choices inside is itself repeated: the steps of a backtracking engine have no bound worth the name.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Weight(long Size, long Repeat, int Quantifiers = 0, double Ways = 1, bool IsNested = false)
    {
        public Weight Then(Weight next) =>
            new(
                Size + next.Size,
                Math.Max(Repeat, next.Repeat),
                Quantifiers + next.Quantifiers,
                Ways * next.Ways,
                IsNested || next.IsNested
            );
    }

    public Re2Pattern? Translate()
    {
        foreach (var flag in flags)
            _flags |= FlagOf(flag);
        if (_flags.HasFlag(Flags.IgnoreCase))
            _out.Append("(?i)");
        if (!TryAlternation(0, out var weight) || _at < pattern.Length || weight.Size > MaxSize)
            return null;
        return new Re2Pattern(_out.ToString(), weight.Quantifiers, weight.Ways, weight.IsNested);
    }

    private static Flags FlagOf(char flag) =>
        flag switch
        {
            'i' => Flags.IgnoreCase,
            'm' => Flags.MultiLine,
            's' => Flags.DotAll,
            'U' => Flags.Ungreedy,
            _ => Flags.None,
        };

    /// <summary>Up to a closing parenthesis or the end.</summary>
    private bool TryAlternation(int depth, out Weight weight)
    {
        weight = new Weight(1, 1);
        var alternatives = 1;
        var repeatable = -1;
        var atom = default(Weight);
        while (_at < pattern.Length && (IsQuoted || pattern[_at] != ')'))
        {
            if (IsQuoted)
            {
                repeatable = _out.Length;
                atom = new Weight(1, 1);
                weight = weight.Then(atom);
                AppendLiteral(pattern[_at]);
                if (_at >= _quoteEnd)
                    _at = Math.Min(_at + 2, pattern.Length);
                continue;
            }

            if (pattern[_at] == '|')
            {
                _at++;
                _out.Append('|');
                alternatives++;
                repeatable = -1;
                continue;
            }

            if (TryReadRepeat(out var least, out var most, out var sign))
            {
                if (repeatable < 0 || most > MaxRepeat || least > MaxRepeat || (most >= 0 && least > most))
                    return false;
                var times = Math.Max(1, Math.Max(least, most));
                var nested = atom.Quantifiers > 0 || atom.Ways > 1;
                weight = weight.Then(new Weight(atom.Size * (times - 1), atom.Repeat * times, 1, 1, nested));
                if (weight.Repeat > MaxRepeat || weight.Size > MaxSize)
                    return false;
                _out.Insert(repeatable, "(?:").Append(')').Append(sign);
                repeatable = -1;
                continue;
            }

            var start = _out.Length;
            if (!TryAtom(depth, out atom, out var isAtom))
                return false;
            repeatable = isAtom ? start : -1;
            if (!isAtom)
                continue;
            weight = weight.Then(atom);
        }

        weight = weight with { Ways = weight.Ways * alternatives };
        return true;
    }

    /// <param name="most">-1 = no end.</param>
    /// <param name="sign">In .NET's syntax, the lazy mark included.</param>
    private bool TryReadRepeat(out int least, out int most, out string sign)
    {
        (least, most, sign) = (0, -1, "");
        switch (pattern[_at])
        {
            case '*':
                sign = "*";
                break;
            case '+':
                (least, sign) = (1, "+");
                break;
            case '?':
                (most, sign) = (1, "?");
                break;
            case '{' when TryReadCount(out least, out most, out sign):
                break;
            default:
                return false;
        }

        _at++;
        var lazy = _at < pattern.Length && pattern[_at] == '?';
        if (lazy)
            _at++;
        if (lazy != _flags.HasFlag(Flags.Ungreedy))
            sign += "?";
        return true;
    }

    /// <summary>On success stands on the closing brace. Braces that hold no count are text.</summary>
    private bool TryReadCount(out int least, out int most, out string sign)
    {
        (least, most, sign) = (0, -1, "");
        var close = pattern.IndexOf('}', _at);
        if (close < 0)
            return false;
        var body = pattern[(_at + 1)..close];
        var comma = body.IndexOf(',');
        var first = comma < 0 ? body : body[..comma];
        var second = comma < 0 ? body : body[(comma + 1)..];
        if (!IsCount(first) || (second.Length > 0 && !IsCount(second)))
            return false;
        _at = close;
        least = Count(first);
        most = second.Length == 0 ? -1 : Count(second);
        sign = "{" + body + "}";
        return true;
    }

    private static bool IsCount(string text) => text.Length > 0 && text.All(char.IsAsciiDigit);

    private static int Count(string digits) =>
        digits.Length <= 9 ? int.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture) : int.MaxValue;

    /// <param name="isAtom">False for flags such as <c>(?i)</c>, which cannot be repeated.</param>
    private bool TryAtom(int depth, out Weight weight, out bool isAtom)
    {
        (weight, isAtom) = (new Weight(1, 1), true);
        var c = pattern[_at];
        switch (c)
        {
            case '(':
                return TryGroup(depth, out weight, out isAtom);
            case '[':
                return Re2Class.TryTranslate(pattern, ref _at, _out);
            case '.':
                _at++;
                _out.Append(_flags.HasFlag(Flags.DotAll) ? "[\\s\\S]" : "[^\\n]");
                return true;
            case '^':
                _at++;
                _out.Append(_flags.HasFlag(Flags.MultiLine) ? "(?m:^)" : "\\A");
                return true;
            case '$':
                _at++;
                _out.Append(_flags.HasFlag(Flags.MultiLine) ? "(?m:$)" : "\\z");
                return true;
            case '\\':
                return TryEscape(out isAtom);
            default:
                AppendLiteral(c);
                return true;
        }
    }

    private void AppendLiteral(char c)
    {
        _at++;
        Re2Class.AppendChar(_out, c);
        if (char.IsHighSurrogate(c) && _at < pattern.Length && char.IsLowSurrogate(pattern[_at]))
            Re2Class.AppendChar(_out, pattern[_at++]);
    }

    private bool TryEscape(out bool isAtom)
    {
        isAtom = true;
        var next = _at + 1 < pattern.Length ? pattern[_at + 1] : '\0';
        if (next is 'b' or 'B' or 'A' or 'z')
        {
            _at += 2;
            _out.Append('\\').Append(next);
            return true;
        }

        if (next == 'C')
        {
            _at += 2;
            _out.Append("[\\s\\S]");
            return true;
        }

        if (next != 'Q')
            return Re2Class.TryEscapedClass(pattern, ref _at, _out, inClass: false) || Re2Class.TryEscapedChar(pattern, ref _at, _out);
        isAtom = false;
        _at += 2;
        var end = pattern.IndexOf("\\E", _at, StringComparison.Ordinal);
        _quoteEnd = end < 0 ? pattern.Length : end;
        if (!IsQuoted)
            _at = Math.Min(_at + 2, pattern.Length);
        return true;
    }

    private bool TryGroup(int depth, out Weight weight, out bool isAtom)
    {
        (weight, isAtom) = (new Weight(1, 1), true);
        if (depth >= MaxDepth)
            return false;
        var before = _flags;
        _at++;
        if (_at < pattern.Length && pattern[_at] == '?')
        {
            if (!TryGroupHead(out isAtom))
                return false;
            if (!isAtom)
                return true;
        }
        else
            _out.Append('(');

        if (!TryAlternation(depth + 1, out weight) || _at >= pattern.Length)
            return false;
        _at++;
        _out.Append(')');
        _flags = before;
        return true;
    }

    /// <summary>Behind <c>(</c>: a name, or flags. Flags without a colon hold to the end of the enclosing group and are no group.</summary>
    private bool TryGroupHead(out bool isGroup)
    {
        isGroup = true;
        var rest = pattern.AsSpan(_at);
        if (rest.StartsWith("?P<") || rest.StartsWith("?<"))
        {
            var open = rest.IndexOf('<') + _at;
            var close = pattern.IndexOf('>', open);
            if (
                close < open + 2
                || !pattern.AsSpan(open + 1, close - open - 1).ToString().All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
            )
                return false;
            _at = close + 1;
            _out.Append('(');
            return true;
        }

        var (on, off, negative) = (Flags.None, Flags.None, false);
        for (_at++; _at < pattern.Length; _at++)
        {
            var c = pattern[_at];
            if (c is ':' or ')')
            {
                if (c == ')' ? pattern[_at - 1] is '?' or '-' : pattern[_at - 1] == '-')
                    return false;
                _flags = (_flags | on) & ~off;
                isGroup = c == ':';
                _out.Append(_flags.HasFlag(Flags.IgnoreCase) ? "(?i" : "(?-i").Append(c);
                _at++;
                return true;
            }

            if (c == '-' && !negative)
                negative = true;
            else if (FlagOf(c) is var flag and not Flags.None)
                (on, off) = negative ? (on, off | flag) : (on | flag, off);
            else
                return false;
        }

        return false;
    }
}
