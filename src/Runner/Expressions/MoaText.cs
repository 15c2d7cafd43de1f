using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Slipway.Runner.Expressions;

/// <summary>
/// A text with expressions in <c>${{ … }}</c>, walked from left to right. <c>\${{</c> is not one.
/// </summary>
internal sealed class MoaText(string text)
{
    private const string Open = "${{";

    /// <summary>Of brackets, signs and texts within texts, all together: more is no expression but an attempt on the stack.</summary>
    private const int MostLevels = 100;

    private int _at;
    private int _depth;

    public void Enter()
    {
        if (++_depth > MostLevels)
            throw Wrong("the expression is nested too deep");
    }

    public void Leave() => _depth--;

    /// <summary>The whole text: what stands between expressions, and those. <see langword="null"/> when there is nothing to replace.</summary>
    /// <exception cref="MoaException">It is none.</exception>
    public static MoaNode? Read(string text) =>
        text.Contains(Open, StringComparison.Ordinal) ? new MoaText(text).Template(end: null) : null;

    public MoaException Wrong(string problem) => new($"{problem} at character {_at + 1} of \"{text}\"");

    /// <summary>Up to a quote, or to the end of the text.</summary>
    private MoaNode.Template Template(char? end)
    {
        var parts = ImmutableArray.CreateBuilder<MoaNode>();
        var plain = new StringBuilder();
        while (_at < text.Length && text[_at] != end)
        {
            if (AtOpen(_at))
            {
                Flush();
                _at += Open.Length;
                parts.Add(new MoaParser(this).Expression());
                Expect('}');
                if (_at >= text.Length || text[_at++] != '}')
                    throw Wrong("}} is missing");
            }
            else if (text[_at] == '\\' && AtOpen(_at + 1))
            {
                plain.Append(Open);
                _at += Open.Length + 1;
            }
            else if (end is not null && text[_at] == '\\')
                plain.Append(Escape());
            else
                plain.Append(text[_at++]);
        }

        Flush();
        if (end is not null && _at++ >= text.Length)
            throw Wrong("the text is not closed");
        return new MoaNode.Template(parts.DrainToImmutable());

        void Flush()
        {
            if (plain.Length > 0)
                parts.Add(new MoaNode.Literal(new MoaValue.Text(plain.ToString())));
            plain.Clear();
        }
    }

    private bool AtOpen(int at) => at <= text.Length && text.AsSpan(at).StartsWith(Open);

    /// <summary>Behind its opening double quote.</summary>
    public MoaNode String() => Template('"');

    private string Escape()
    {
        if (_at + 1 >= text.Length)
            throw Wrong("the text is not closed");
        var c = text[_at + 1];
        _at += 2;
        if (c == 'u')
        {
            if (_at + 4 > text.Length || !ushort.TryParse(text.AsSpan(_at, 4), NumberStyles.AllowHexSpecifier, null, out var code))
                throw Wrong("\\u wants four hexadecimal digits");
            _at += 4;
            return ((char)code).ToString();
        }

        return "nrtabfv\\\"/".IndexOf(c) is >= 0 and var known
            ? "\n\r\t\a\b\f\v\\\"/"[known].ToString()
            : throw Wrong($"\\{c} means nothing");
    }

    /// <summary>Behind its opening single quote.</summary>
    public string RawString()
    {
        var plain = new StringBuilder();
        while (_at < text.Length && text[_at] != '\'')
        {
            if (text[_at] == '\\' && _at + 1 < text.Length && text[_at + 1] is '\\' or '\'')
                _at++;
            plain.Append(text[_at++]);
        }

        if (_at++ >= text.Length)
            throw Wrong("the text is not closed");
        return plain.ToString();
    }

    public string? Word()
    {
        SkipBlanks();
        var from = _at;
        while (_at < text.Length && (char.IsAsciiLetter(text[_at]) || text[_at] == '_' || (_at > from && char.IsAsciiDigit(text[_at]))))
            _at++;
        return _at > from ? text[from.._at] : null;
    }

    public string? Number()
    {
        SkipBlanks();
        var from = _at;
        Digits();
        if (_at == from)
            return null;
        if (_at + 1 < text.Length && text[_at] == '.' && char.IsAsciiDigit(text[_at + 1]))
        {
            _at++;
            Digits();
        }

        if (_at < text.Length && text[_at] is 'e' or 'E')
        {
            _at += _at + 1 < text.Length && text[_at + 1] is '+' or '-' ? 2 : 1;
            Digits();
        }

        return text[from.._at];
    }

    private void Digits()
    {
        while (_at < text.Length && char.IsAsciiDigit(text[_at]))
            _at++;
    }

    public bool Take(char c)
    {
        SkipBlanks();
        if (_at >= text.Length || text[_at] != c)
            return false;
        _at++;
        return true;
    }

    public string? TakeAny(ReadOnlySpan<string> words)
    {
        SkipBlanks();
        foreach (var word in words)
        {
            if (!text.AsSpan(_at).StartsWith(word))
                continue;
            _at += word.Length;
            return word;
        }

        return null;
    }

    public void Expect(char c)
    {
        if (!Take(c))
            throw Wrong($"{c} is missing");
    }

    private void SkipBlanks()
    {
        while (_at < text.Length && text[_at] is ' ' or '\t' or '\r' or '\n')
            _at++;
    }
}
