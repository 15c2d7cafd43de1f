using System.Text;

namespace Slipway.Compiler.Yaml.Scanning;

/// <summary><c>|</c> and <c>&gt;</c>: text over several lines, kept as it stands or folded.</summary>
internal sealed class BlockScalar
{
    private const string Context = "while scanning a block scalar";

    private readonly TextCursor _cursor;
    private readonly Mark _start;
    private readonly bool _isLiteral;

    /// <summary>-1 drops all line breaks at the end, 1 keeps them, 0 keeps one.</summary>
    private int _chomping;

    /// <summary>The column of the text; 0 until it is known.</summary>
    private int _indent;

    private BlockScalar(TextCursor cursor)
    {
        _cursor = cursor;
        _start = cursor.Mark;
        _isLiteral = cursor.Current == '|';
    }

    public static Token Scan(TextCursor cursor, int blockIndent)
    {
        var scalar = new BlockScalar(cursor);
        cursor.Skip();
        scalar.ReadHeader(blockIndent);
        return scalar.ReadText(blockIndent);
    }

    private void ReadHeader(int blockIndent)
    {
        ReadChomping();
        if (char.IsAsciiDigit(_cursor.Current))
        {
            if (_cursor.Current == '0')
                throw new YamlSyntaxException(Context, _start, "found an indentation indicator equal to 0", _cursor.Mark);
            _indent = Math.Max(blockIndent, 0) + (_cursor.Current - '0');
            _cursor.Skip();
            ReadChomping();
        }
        while (TextCursor.IsBlank(_cursor.Current))
            _cursor.Skip();
        if (_cursor.Current == '#')
            _cursor.SkipToBreak();
        if (!TextCursor.IsBreakOrEnd(_cursor.Current))
            throw new YamlSyntaxException(Context, _start, "did not find expected comment or line break", _cursor.Mark);
        if (!_cursor.AtEnd)
            _cursor.SkipBreak();
    }

    private void ReadChomping()
    {
        if (_chomping != 0 || _cursor.Current is not ('+' or '-'))
            return;
        _chomping = _cursor.Current == '+' ? 1 : -1;
        _cursor.Skip();
    }

    private Token ReadText(int blockIndent)
    {
        var text = new StringBuilder();
        var firstBreak = new StringBuilder(1);
        var moreBreaks = new StringBuilder();
        var end = ReadBreaks(moreBreaks, blockIndent);
        var lastBeganBlank = false;
        while (_cursor.Column == _indent && !_cursor.AtEnd)
        {
            var beginsBlank = TextCursor.IsBlank(_cursor.Current);
            var folds = !_isLiteral && firstBreak is ['\n'] && !lastBeganBlank && !beginsBlank;
            if (!folds)
                text.Append(firstBreak);
            else if (moreBreaks.Length == 0)
                text.Append(' ');
            text.Append(moreBreaks);
            firstBreak.Clear();
            moreBreaks.Clear();
            lastBeganBlank = beginsBlank;
            var from = _cursor.Index;
            _cursor.SkipToBreak();
            text.Append(_cursor.SpanSince(from));
            if (!_cursor.AtEnd)
                _cursor.ReadBreak(firstBreak);
            end = ReadBreaks(moreBreaks, blockIndent);
        }
        if (_chomping != -1)
            text.Append(firstBreak);
        if (_chomping == 1)
            text.Append(moreBreaks);
        return new Token(TokenKind.TextScalar, _start, end, text.ToString());
    }

    /// <summary>Passes empty lines and indentation; the first line with text sets the column when the header did not.</summary>
    private Mark ReadBreaks(StringBuilder breaks, int blockIndent)
    {
        var furthest = 0;
        var end = _cursor.Mark;
        while (true)
        {
            while ((_indent == 0 || _cursor.Column < _indent) && _cursor.Current == ' ')
                _cursor.Skip();
            furthest = Math.Max(furthest, _cursor.Column);
            if ((_indent == 0 || _cursor.Column < _indent) && _cursor.Current == '\t')
                throw new YamlSyntaxException(
                    Context,
                    _start,
                    "found a tab character where an indentation space is expected",
                    _cursor.Mark
                );
            if (_cursor.AtEnd || !TextCursor.IsBreak(_cursor.Current))
                break;
            _cursor.ReadBreak(breaks);
            end = _cursor.Mark;
        }
        if (_indent == 0)
            _indent = Math.Max(Math.Max(furthest, blockIndent + 1), 1);
        return end;
    }
}
