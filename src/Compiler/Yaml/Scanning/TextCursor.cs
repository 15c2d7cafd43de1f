using System.Runtime.InteropServices;
using System.Text;

namespace Slipway.Compiler.Yaml.Scanning;

/// <summary>A place in the text. All count from 0.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Mark(int Index, int Line, int Column);

/// <summary>Walks a text character by character and knows line and column. The end reads as <c>\0</c>, which no text holds.</summary>
internal sealed class TextCursor(string text)
{
    private const int LongestShared = 24;

    private readonly string?[] _shared = new string?[256];
    private int _index;
    private int _line;
    private int _lineStart;

    public int Index => _index;
    public int Line => _line;
    public int Column => _index - _lineStart;
    public Mark Mark => new(_index, _line, _index - _lineStart);
    public char Current => _index < text.Length ? text[_index] : '\0';
    public bool AtEnd => _index >= text.Length;

    public char Ahead(int by) => _index + by < text.Length ? text[_index + by] : '\0';

    public static bool IsBlank(char c) => c is ' ' or '\t';

    /// <summary>YAML 1.1 also breaks lines at NEL, LS and PS.</summary>
    public static bool IsBreak(char c) => c is '\n' or '\r' or '\u0085' or '\u2028' or '\u2029';

    public static bool IsBlankOrEnd(char c) => c is ' ' or '\t' or '\0' || IsBreak(c);

    public static bool IsBreakOrEnd(char c) => c == '\0' || IsBreak(c);

    /// <summary>Letters, digits, <c>_</c> and <c>-</c>: what handles, anchors and directives are made of.</summary>
    public static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';

    public void Skip(int count = 1) => _index += count;

    /// <summary>Passes one line break, of whatever kind.</summary>
    public void SkipBreak()
    {
        _index += Current == '\r' && Ahead(1) == '\n' ? 2 : 1;
        _line++;
        _lineStart = _index;
    }

    /// <summary>At the end of the text: a last line without a line break ends all the same.</summary>
    public void EndLine()
    {
        if (Column == 0)
            return;
        _line++;
        _lineStart = _index;
    }

    /// <summary>Passes one line break and writes it down: as <c>\n</c>, or as itself for LS and PS.</summary>
    public void ReadBreak(StringBuilder into)
    {
        into.Append(Current is '\u2028' or '\u2029' ? Current : '\n');
        SkipBreak();
    }

    /// <summary>Passes everything up to the end of the line.</summary>
    public void SkipToBreak()
    {
        while (!IsBreakOrEnd(Current))
            _index++;
    }

    public string Since(int index) => TextBetween(index, _index);

    /// <summary>Words come again and again in a configuration; short ones are made once.</summary>
    public string TextBetween(int from, int to)
    {
        var length = to - from;
        if (length is 0 or > LongestShared)
            return text.Substring(from, length);
        var slice = text.AsSpan(from, length);
        ref var shared = ref _shared[(slice[0] * 31 + slice[length / 2] * 7 + slice[^1] + length * 131) & (_shared.Length - 1)];
        if (shared is null || !slice.SequenceEqual(shared))
            shared = slice.ToString();
        return shared;
    }

    public ReadOnlySpan<char> Slice(int from, int to) => text.AsSpan(from, to - from);

    public ReadOnlySpan<char> SpanSince(int index) => text.AsSpan(index, _index - index);

    /// <summary><c>---</c> or <c>...</c> at the start of a line, with nothing but a blank behind it.</summary>
    public bool AtDocumentIndicator() => Column == 0 && (AtDocumentIndicator('-') || AtDocumentIndicator('.'));

    public bool AtDocumentIndicator(char of) => Column == 0 && Current == of && Ahead(1) == of && Ahead(2) == of && IsBlankOrEnd(Ahead(3));
}
