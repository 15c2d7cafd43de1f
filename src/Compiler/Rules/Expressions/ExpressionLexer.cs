namespace Slipway.Compiler.Rules.Expressions;

internal enum TokenKind
{
    Value,
    Binary,
    Not,
    Open,
    Close,
}

/// <param name="Value">For <see cref="TokenKind.Value"/> only.</param>
/// <param name="Operator">For <see cref="TokenKind.Binary"/> only.</param>
internal readonly record struct ExpressionToken(TokenKind Kind, ExpressionNode? Value = null, BinaryOperator Operator = default)
{
    /// <summary>Index into the text.</summary>
    public int Start { get; init; }

    public int Length { get; init; }
}

/// <summary>
/// Cuts a condition into tokens (gitlab-ci-yaml §8.4; the order in which kinds are tried is GitLab's and matters: <c>!=</c> before <c>!</c>). There are
/// no escapes in strings, and nothing but space separates: <c>nullnull</c> is two tokens.
/// </summary>
internal ref struct ExpressionLexer(string text)
{
    /// <summary>GitLab sees the end only when it looks for one token more, so this many are already too many.</summary>
    public const int MaxTokens = 100;

    private readonly ReadOnlySpan<char> _text = text;
    private int _at;

    /// <returns>GitLab's internal text for what is wrong, or <see langword="null"/>.</returns>
    public string? Read(List<ExpressionToken> tokens)
    {
        for (var i = 0; i < MaxTokens; i++)
        {
            while (_at < _text.Length && _text[_at] is ' ' or '\t' or '\r' or '\n' or '\f' or '\v')
                _at++;
            if (_at == _text.Length)
                return null;
            var problem = "Unknown lexeme found!";
            var start = _at;
            if (Next(ref problem) is not { } token)
                return problem;
            tokens.Add(token with { Start = start, Length = _at - start });
        }

        return "Too many tokens!";
    }

    private ExpressionToken? Next(ref string problem)
    {
        switch (_text[_at])
        {
            case '(':
                _at++;
                return new ExpressionToken(TokenKind.Open);
            case ')':
                _at++;
                return new ExpressionToken(TokenKind.Close);
            case '$':
                return Input() ?? Variable();
            case '"' or '\'':
                return Text();
            case '/':
                return Pattern(ref problem);
            default:
                return Word() ?? Operator();
        }
    }

    private static ExpressionToken Value(ExpressionNode node) => new(TokenKind.Value, node);

    /// <summary><c>$[[ inputs.NAME ]]</c>.</summary>
    private ExpressionToken? Input()
    {
        var rest = _text[_at..];
        if (!rest.StartsWith("$[["))
            return null;
        var close = rest.IndexOf("]]");
        if (close < 0)
            return null;
        var name = rest[3..close].Trim();
        if (!name.StartsWith("inputs.") || name.Length == 7)
            return null;
        foreach (var c in name[7..])
            if (!IsWord(c) && c != '-')
                return null;
        _at += close + 2;
        return Value(new ExpressionNode.Input(name[7..].ToString()));
    }

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    private ExpressionToken? Variable()
    {
        var end = _at + 1;
        while (end < _text.Length && IsWord(_text[end]))
            end++;
        if (end == _at + 1)
            return null;
        var name = _text[(_at + 1)..end].ToString();
        _at = end;
        return Value(new ExpressionNode.Variable(name));
    }

    /// <summary>To the next quote of its own kind, on the same line.</summary>
    private ExpressionToken? Text()
    {
        var length = _text[(_at + 1)..].IndexOf(_text[_at]);
        if (length < 0 || _text.Slice(_at + 1, length).Contains('\n'))
            return null;
        var value = _text.Slice(_at + 1, length).ToString();
        _at += length + 2;
        return Value(new ExpressionNode.Text(value));
    }

    /// <summary>
    /// GitLab's pattern for patterns, <c>/([^/]|\\/)+[^\\]/[ismU]*</c>, with the choices its backtracking makes: at least two characters between
    /// the slashes; <c>\/</c> does not end it unless a slash follows at once, and the character before the last slash is no backslash.
    /// </summary>
    private ExpressionToken? Pattern(ref string problem)
    {
        var end = EndOfPattern();
        if (end < 0)
            return null;
        while (end < _text.Length && _text[end] is 'i' or 's' or 'm' or 'U')
            end++;
        var pattern = RegexPattern.Parse(_text[_at..end].ToString().Replace("\\/", "/", StringComparison.Ordinal));
        if (pattern is null)
        {
            problem = "Invalid regular expression!";
            return null;
        }

        _at = end;
        return Value(new ExpressionNode.Pattern(pattern));
    }

    private readonly int EndOfPattern()
    {
        var start = _at + 1;
        var i = start;
        while (i < _text.Length && _text[i] != '/')
        {
            var escaped = _text[i] == '\\' && i + 1 < _text.Length && _text[i + 1] == '/';
            if (escaped && i + 2 < _text.Length && _text[i + 2] == '/')
                return i + 3;
            i += escaped ? 2 : 1;
        }

        if (i >= _text.Length || i == start)
            return -1;
        if (i + 1 < _text.Length && _text[i + 1] == '/')
            return i + 2;
        return i - start >= 2 ? i + 1 : -1;
    }

    private ExpressionToken? Word()
    {
        var rest = _text[_at..];
        if (rest.StartsWith("null"))
            return Take(4, Value(new ExpressionNode.Null()));
        var length =
            rest.StartsWith("true") ? 4
            : rest.StartsWith("false") ? 5
            : 0;
        var alone = length > 0 && (_at == 0 || !IsWord(_text[_at - 1])) && (rest.Length == length || !IsWord(rest[length]));
        return alone ? Take(length, Value(new ExpressionNode.Boolean(length == 4))) : null;
    }

    private ExpressionToken? Operator()
    {
        var rest = _text[_at..];
        if (rest.StartsWith("=="))
            return Take(2, Binary(BinaryOperator.Equal));
        if (rest.StartsWith("=~"))
            return Take(2, Binary(BinaryOperator.Match));
        if (rest.StartsWith("!="))
            return Take(2, Binary(BinaryOperator.NotEqual));
        if (rest.StartsWith("!~"))
            return Take(2, Binary(BinaryOperator.NotMatch));
        if (rest.StartsWith("&&"))
            return Take(2, Binary(BinaryOperator.And));
        if (rest.StartsWith("||"))
            return Take(2, Binary(BinaryOperator.Or));
        return rest[0] == '!' ? Take(1, new ExpressionToken(TokenKind.Not)) : null;
    }

    private static ExpressionToken Binary(BinaryOperator @operator) => new(TokenKind.Binary, Operator: @operator);

    private ExpressionToken Take(int length, ExpressionToken token)
    {
        _at += length;
        return token;
    }
}
