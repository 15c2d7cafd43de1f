using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Slipway.Server.Ui.Logs;

/// <summary>
/// Reads a log as it grows, however its bytes are cut into pieces: lines, the runner's timestamps, sections, colours. What it gives depends on all the bytes so far
/// and not on the cuts. https://docs.gitlab.com/ci/jobs/job_logs/
/// </summary>
/// <param name="firstLine">The number of the first line it will see.</param>
internal sealed partial class LogReader(long firstLine = 1)
{
    /// <summary>Bytes of a line; what is longer is cut into several.</summary>
    public const int LongestLine = 64 * 1024;

    private const int DeepestSection = 20;
    private const int StampLength = 32;

    private readonly AnsiState _style = new();
    private readonly Stack<(string Name, long Since)> _sections = [];
    private readonly ArrayBufferWriter<byte> _line = new(256);
    private readonly StringBuilder _held = new();
    private string? _heldStamp;
    private long _heldNumber;
    private long _next = firstLine;
    private long _shown;

    /// <summary>Adds bytes; lines that are complete with them are put into the list.</summary>
    public void Take(ReadOnlySpan<byte> bytes, List<LogItem> items)
    {
        while (bytes.Length > 0)
        {
            var newline = bytes.IndexOf((byte)'\n');
            var room = LongestLine - _line.WrittenCount;
            var end = newline >= 0 && newline <= room ? newline : Math.Min(room, bytes.Length);
            _line.Write(bytes[..end]);
            var isEnd = end < bytes.Length && bytes[end] == '\n';
            bytes = bytes[(isEnd ? end + 1 : end)..];
            if (isEnd)
                Complete(items);
            else if (_line.WrittenCount >= LongestLine)
                Cut(items);
        }
    }

    /// <summary>The last line, which may go on; it will come again from <see cref="Take"/> or <see cref="End"/>. Nothing when there is none to see.</summary>
    public LogItem.Line? Partial()
    {
        if (_line.WrittenCount == 0 && _held.Length == 0)
            return null;
        var (stamp, continues, text) = Split(Decode());
        var number = _held.Length > 0 ? _heldNumber : _next;
        var whole = _held.Length > 0 && !continues ? _held.ToString() : _held + text;
        var visible = Marker().Replace(whole, "");
        var texts = AnsiLine.Read(visible, _style.Copy());
        return texts.Count == 0 ? null : new LogItem.Line(number, _held.Length > 0 ? _heldStamp : stamp, texts);
    }

    /// <summary>There will be no more bytes: what is left is a line too, and every section ends.</summary>
    public void End(List<LogItem> items)
    {
        // Codes that only reset the colours are no line.
        var last = Split(Decode()).Text;
        if (Marker().IsMatch(last) || AnsiLine.Read(last, _style.Copy()).Count > 0)
            Complete(items);
        Release(items);
    }

    /// <summary>How many sections have begun and not ended.</summary>
    public int Depth => _sections.Count;

    private void Complete(List<LogItem> items)
    {
        var (stamp, continues, text) = Split(Decode());
        _line.ResetWrittenCount();
        if (!continues || _held.Length == 0)
        {
            Release(items);
            (_heldStamp, _heldNumber) = (stamp, _next);
        }

        _held.Append(text);
        _next++;
        // Only the next line's stamp says whether it goes on; without stamps nothing can.
        if (stamp is null || _held.Length > LongestLine)
            Release(items);
    }

    /// <summary>Not within a character.</summary>
    private void Cut(List<LogItem> items)
    {
        var bytes = _line.WrittenSpan.ToArray();
        var end = bytes.Length;
        while (end > bytes.Length - 4 && (bytes[end - 1] & 0xC0) == 0x80)
            end--;
        end = bytes[end - 1] >= 0xC0 ? end - 1 : bytes.Length;
        _line.ResetWrittenCount();
        _line.Write(bytes.AsSpan(0, end));
        Complete(items);
        _line.Write(bytes.AsSpan(end));
    }

    private void Release(List<LogItem> items)
    {
        if (_heldNumber == 0)
            return;
        var text = _held.ToString();
        _held.Clear();
        var at = 0;
        var isHeader = false;
        (long Since, bool Collapsed, string Name) section = (0, false, "");
        foreach (Match marker in Marker().Matches(text))
        {
            Show(text.AsSpan(at, marker.Index - at));
            at = marker.Index + marker.Length;
            isHeader = false;
            var since = long.Parse(marker.Groups["at"].ValueSpan, CultureInfo.InvariantCulture);
            if (marker.Groups["what"].ValueSpan is "end")
                Close(marker.Groups["name"].Value, since, items);
            else if (_sections.Count < DeepestSection)
                (isHeader, section) = (
                    true,
                    (
                        since,
                        marker.Groups["options"].ValueSpan.Contains("collapsed=true", StringComparison.Ordinal),
                        marker.Groups["name"].Value
                    )
                );
        }

        Show(text.AsSpan(at), at == 0);
        _heldNumber = 0;

        void Show(ReadOnlySpan<char> piece, bool always = false)
        {
            var texts = AnsiLine.Read(piece, _style);
            if (isHeader)
            {
                _sections.Push((section.Name, section.Since));
                items.Add(
                    new LogItem.Open(
                        Number(),
                        _heldStamp,
                        texts.Count > 0 ? texts : [new LogText("", section.Name)],
                        section.Collapsed,
                        section.Name
                    )
                );
            }
            else if (texts.Count > 0 || always)
            {
                items.Add(new LogItem.Line(Number(), _heldStamp, texts));
            }
        }
    }

    /// <returns>0 when something of the same raw line has it already.</returns>
    private long Number()
    {
        if (_shown == _heldNumber)
            return 0;
        return _shown = _heldNumber;
    }

    private void Close(string name, long at, List<LogItem> items)
    {
        if (_sections.All(section => section.Name != name))
            return;
        while (_sections.TryPop(out var section))
        {
            items.Add(new LogItem.Close(Math.Clamp(at - section.Since, 0, 1_000_000_000)));
            if (section.Name == name)
                return;
        }
    }

    private string Decode() => Encoding.UTF8.GetString(_line.WrittenSpan);

    /// <summary>
    /// <c>2024-05-22T12:43:46.962646Z 00O </c> and the text; <c>+</c> for the last blank says that it goes on from the line before.
    /// https://docs.gitlab.com/runner/configuration/feature-flags/ (FF_TIMESTAMPS)
    /// </summary>
    private static (string? Stamp, bool Continues, string Text) Split(string line)
    {
        var isStamped =
            line.Length >= StampLength
            && char.IsAsciiDigit(line[0])
            && line[4] == '-'
            && line[10] == 'T'
            && line[26] == 'Z'
            && line[27] == ' '
            && char.IsAsciiHexDigit(line[28])
            && char.IsAsciiHexDigit(line[29])
            && (line[30] is 'O' or 'E')
            && (line[31] is ' ' or '+');
        return isStamped ? (line[11..19], line[31] == '+', line[StampLength..]) : (null, false, line);
    }

    [GeneratedRegex(
        @"section_(?<what>start|end):(?<at>[0-9]{1,12}):(?<name>[A-Za-z0-9_.-]{1,100})(?<options>\[[^\]\r\n]{0,200}\])?\r\x1b\[0K",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Marker();
}
