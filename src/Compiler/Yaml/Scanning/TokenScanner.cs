namespace Slipway.Compiler.Yaml.Scanning;

/// <summary>
/// Cuts a YAML 1.1 text into tokens, with libyaml's rules and complaints: GitLab reads with libyaml, so a text is right or wrong here
/// exactly when it is there. A map's key without <c>?</c> is known only once its <c>:</c> comes, so tokens wait in a queue while one of
/// them may still turn out to begin a key.
/// </summary>
internal sealed class TokenScanner(string text)
{
    private readonly TextCursor _cursor = new(text);
    private readonly TokenQueue _queue = new();
    private readonly SimpleKeys _keys = new();
    private readonly Stack<int> _indents = new();
    private int _indent = -1;
    private int _flowLevel;

    /// <summary>Whether a key may begin here: at the start of a line, after <c>- </c>, <c>? </c>, and in flow after <c>[ { ,</c>.</summary>
    private bool _keyAllowed = true;

    /// <summary>Whether nothing can come before the first token in the queue any more.</summary>
    private bool _isReady;

    /// <exception cref="YamlSyntaxException">The text is not YAML up to the next token.</exception>
    public ref readonly Token Peek()
    {
        if (!_isReady)
        {
            while (NeedsMore())
                Fetch();
            _isReady = true;
        }
        return ref _queue.First;
    }

    private bool NeedsMore()
    {
        if (_queue.Count == 0)
            return true;
        _keys.DropStale(_cursor);
        return _keys.MayBegin(_queue.Taken);
    }

    /// <summary>Goes on to the next token. Past the end it stays there.</summary>
    public void Skip()
    {
        if (Peek().Kind == TokenKind.StreamEnd)
            return;
        _queue.Take();
        _isReady = false;
    }

    private void Fetch()
    {
        SkipToToken();
        _keys.DropStale(_cursor);
        UnrollIndent(_cursor.Column);
        var c = _cursor.Current;
        var next = _cursor.Ahead(1);
        if (_cursor.AtEnd)
            FetchEnd();
        else if (_cursor.Column == 0 && c == '%')
            FetchDirective();
        else if (_cursor.AtDocumentIndicator('-'))
            FetchDocumentIndicator(TokenKind.DocumentStart);
        else if (_cursor.AtDocumentIndicator('.'))
            FetchDocumentIndicator(TokenKind.DocumentEnd);
        else if (c is '[' or '{')
            FetchFlowStart(c == '[' ? TokenKind.FlowSequenceStart : TokenKind.FlowMappingStart);
        else if (c is ']' or '}')
            FetchFlowEnd(c == ']' ? TokenKind.FlowSequenceEnd : TokenKind.FlowMappingEnd);
        else if (c == ',')
            FetchFlowEntry();
        else if (c == '-' && TextCursor.IsBlankOrEnd(next))
            FetchBlockEntry();
        else if (c == '?' && (_flowLevel > 0 || TextCursor.IsBlankOrEnd(next)))
            FetchKey();
        else if (c == ':' && (_flowLevel > 0 || TextCursor.IsBlankOrEnd(next)))
            FetchValue();
        else
            FetchContent(c, next);
    }

    private void FetchContent(char c, char next)
    {
        if (c is '|' or '>' && _flowLevel == 0)
        {
            _keys.Remove();
            _keyAllowed = true;
            _queue.Add(BlockScalar.Scan(_cursor, _indent));
            return;
        }
        if (!(c is '*' or '&' or '!' or '\'' or '"') && !BeginsPlain(c, next))
            throw new YamlSyntaxException(
                "while scanning for the next token",
                _cursor.Mark,
                "found character that cannot start any token",
                _cursor.Mark
            );
        SaveKey();
        _keyAllowed = false;
        _queue.Add(
            c switch
            {
                '*' => WordTokens.Anchor(_cursor, TokenKind.Alias),
                '&' => WordTokens.Anchor(_cursor, TokenKind.Anchor),
                '!' => TagToken.Scan(_cursor, _flowLevel > 0),
                '\'' => SingleQuoted.Scan(_cursor),
                '"' => DoubleQuoted.Scan(_cursor),
                _ => PlainText.Scan(_cursor, _indent, _flowLevel > 0, ref _keyAllowed),
            }
        );
    }

    private bool BeginsPlain(char c, char next) =>
        c switch
        {
            '-' => !TextCursor.IsBlank(next),
            '?' or ':' => _flowLevel == 0 && !TextCursor.IsBlankOrEnd(next),
            ',' or '[' or ']' or '{' or '}' or '#' or '&' or '*' or '!' or '|' or '>' or '\'' or '"' or '%' or '@' or '`' => false,
            _ => !TextCursor.IsBlankOrEnd(c),
        };

    /// <summary>Blanks, comments and line ends, and a byte order mark at the start of a line. A tab may not stand where indentation is counted.</summary>
    private void SkipToToken()
    {
        while (true)
        {
            if (_cursor.Column == 0 && _cursor.Current == '\uFEFF')
                _cursor.Skip();
            while (_cursor.Current == ' ' || (_cursor.Current == '\t' && (_flowLevel > 0 || !_keyAllowed)))
                _cursor.Skip();
            if (_cursor.Current == '#')
                _cursor.SkipToBreak();
            if (_cursor.AtEnd || !TextCursor.IsBreak(_cursor.Current))
                return;
            _cursor.SkipBreak();
            if (_flowLevel == 0)
                _keyAllowed = true;
        }
    }

    private void SaveKey()
    {
        if (_keyAllowed)
            _keys.Save(
                new SimpleKeys.Candidate(_queue.Taken + _queue.Count, _cursor.Mark, Required: _flowLevel == 0 && _indent == _cursor.Column)
            );
    }

    /// <summary>Opens a block when this column is further right than the current one.</summary>
    /// <param name="number">The token before which the block begins; <see langword="null"/>: it begins here.</param>
    private void RollIndent(int column, int? number, TokenKind kind, Mark at)
    {
        if (_flowLevel > 0 || _indent >= column)
            return;
        _indents.Push(_indent);
        _indent = column;
        var token = new Token(kind, at, at);
        if (number is { } before)
            _queue.Insert(before, token);
        else
            _queue.Add(token);
    }

    private void UnrollIndent(int column)
    {
        if (_flowLevel > 0)
            return;
        for (; _indent > column; _indent = _indents.Pop())
            _queue.Add(new Token(TokenKind.BlockEnd, _cursor.Mark, _cursor.Mark));
    }

    private void AddSigns(TokenKind kind, int length = 1)
    {
        var start = _cursor.Mark;
        _cursor.Skip(length);
        _queue.Add(new Token(kind, start, _cursor.Mark));
    }

    private void FetchEnd()
    {
        _cursor.EndLine();
        UnrollIndent(-1);
        _keys.Remove();
        _keyAllowed = false;
        AddSigns(TokenKind.StreamEnd, 0);
    }

    private void FetchDirective()
    {
        UnrollIndent(-1);
        _keys.Remove();
        _keyAllowed = false;
        _queue.Add(WordTokens.Directive(_cursor));
    }

    private void FetchDocumentIndicator(TokenKind kind)
    {
        UnrollIndent(-1);
        _keys.Remove();
        _keyAllowed = false;
        AddSigns(kind, 3);
    }

    private void FetchFlowStart(TokenKind kind)
    {
        SaveKey();
        _keys.EnterFlow();
        _flowLevel++;
        _keyAllowed = true;
        AddSigns(kind);
    }

    private void FetchFlowEnd(TokenKind kind)
    {
        _keys.Remove();
        if (_flowLevel > 0)
        {
            _flowLevel--;
            _keys.LeaveFlow();
        }
        _keyAllowed = false;
        AddSigns(kind);
    }

    private void FetchFlowEntry()
    {
        _keys.Remove();
        _keyAllowed = true;
        AddSigns(TokenKind.FlowEntry);
    }

    private void FetchBlockEntry()
    {
        if (_flowLevel == 0)
        {
            Require(_keyAllowed, "block sequence entries are not allowed in this context");
            RollIndent(_cursor.Column, null, TokenKind.BlockSequenceStart, _cursor.Mark);
        }
        _keys.Remove();
        _keyAllowed = true;
        AddSigns(TokenKind.BlockEntry);
    }

    private void FetchKey()
    {
        if (_flowLevel == 0)
        {
            Require(_keyAllowed, "mapping keys are not allowed in this context");
            RollIndent(_cursor.Column, null, TokenKind.BlockMappingStart, _cursor.Mark);
        }
        _keys.Remove();
        _keyAllowed = _flowLevel == 0;
        AddSigns(TokenKind.Key);
    }

    private void FetchValue()
    {
        if (_keys.TakeCandidate() is { } key)
        {
            _queue.Insert(key.Token, new Token(TokenKind.Key, key.At, key.At));
            RollIndent(key.At.Column, key.Token, TokenKind.BlockMappingStart, key.At);
            _keyAllowed = false;
        }
        else
        {
            if (_flowLevel == 0)
            {
                Require(_keyAllowed, "mapping values are not allowed in this context");
                RollIndent(_cursor.Column, null, TokenKind.BlockMappingStart, _cursor.Mark);
            }
            _keyAllowed = _flowLevel == 0;
        }
        AddSigns(TokenKind.Value);
    }

    private void Require(bool condition, string problem)
    {
        if (!condition)
            throw new YamlSyntaxException("", _cursor.Mark, problem, _cursor.Mark);
    }
}
