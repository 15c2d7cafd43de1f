using System.Text;

namespace Slipway.Compiler.Yaml.Scanning;

/// <summary>
/// White space inside a plain or quoted scalar, held until text follows: blanks on one line stay, a single line break becomes a blank, of
/// several the first is dropped, and indentation is nothing.
/// </summary>
internal struct Gap(TextCursor cursor)
{
    /// <summary>Stands for a first break that is nothing, being escaped.</summary>
    private const char Escaped = '\u0001';

    private int _blanksFrom;
    private int _blanksTo;
    private char _first;
    private int _breakAt;
    private StringBuilder? _more;

    public readonly bool HasBreak => _first != '\0';

    /// <summary>Where the white space on the first line began.</summary>
    public readonly int Begins => _blanksFrom == _blanksTo ? _breakAt : _blanksFrom;

    /// <summary>Passes one blank or line break.</summary>
    public void Take()
    {
        if (TextCursor.IsBlank(cursor.Current))
        {
            if (_first == '\0')
                _blanksFrom = _blanksFrom == _blanksTo ? cursor.Index : _blanksFrom;
            cursor.Skip();
            if (_first == '\0')
                _blanksTo = cursor.Index;
        }
        else if (_first == '\0')
        {
            _breakAt = cursor.Index;
            _first = cursor.Current is '\u2028' or '\u2029' ? cursor.Current : '\n';
            cursor.SkipBreak();
        }
        else
        {
            cursor.ReadBreak(_more ??= new StringBuilder());
        }
    }

    /// <summary>Passes a line break that stands behind a backslash.</summary>
    public void TakeEscapedBreak()
    {
        _first = Escaped;
        cursor.SkipBreak();
    }

    /// <summary>Writes what the white space means, and forgets it.</summary>
    public void JoinTo(StringBuilder text)
    {
        if (_first == '\0')
            text.Append(cursor.Slice(_blanksFrom, _blanksTo));
        else if (_first == '\n' && _more is not { Length: > 0 })
            text.Append(' ');
        else
            text.Append(_first is '\n' or Escaped ? "" : char.ToString(_first)).Append(_more);
        Forget();
    }

    public void Forget()
    {
        _more?.Clear();
        _first = '\0';
        _blanksFrom = _blanksTo;
    }
}
