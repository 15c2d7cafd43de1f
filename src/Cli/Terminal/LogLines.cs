using System.Buffers;

namespace Slipway.Cli.Terminal;

/// <summary>
/// Makes whole lines of a job's log that comes in pieces, for eyes: section marks and cursor movements go, of what a carriage return overwrote
/// only the last is left, colours stay when wanted. What a script wrote without a newline at its end stands before the section mark that ends it,
/// and is a line of its own. One per job.
/// </summary>
internal sealed class LogLines(bool keepColour)
{
    /// <summary>A longer line is shown in parts.</summary>
    private const int LongestLine = 64 * 1024;

    // Everything that needs a second look: escapes, carriage returns, other controls but tab, and the first byte of C1 controls (C2 80 … C2 9F).
    private static readonly SearchValues<byte> Special = SearchValues.Create([
        0,
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        11,
        12,
        13,
        14,
        15,
        16,
        17,
        18,
        19,
        20,
        21,
        22,
        23,
        24,
        25,
        26,
        27,
        28,
        29,
        30,
        31,
        127,
        0xC2,
    ]);

    private readonly ArrayBufferWriter<byte> _begun = new();
    private readonly ArrayBufferWriter<byte> _clean = new();

    internal delegate void LineSink(ReadOnlySpan<byte> line);

    /// <param name="sink">Gets each whole line without its newline; the bytes are good only during the call.</param>
    public void Take(ReadOnlySpan<byte> bytes, LineSink sink)
    {
        for (var end = bytes.IndexOf((byte)'\n'); end >= 0; end = bytes.IndexOf((byte)'\n'))
        {
            if (_begun.WrittenCount == 0)
            {
                Emit(bytes[..end], sink);
            }
            else
            {
                _begun.Write(bytes[..end]);
                Flush(sink);
            }

            bytes = bytes[(end + 1)..];
        }

        _begun.Write(bytes);
        if (_begun.WrittenCount > LongestLine)
            Flush(sink);
    }

    /// <summary>The log has ended: a line without a newline is one too.</summary>
    public void End(LineSink sink)
    {
        if (_begun.WrittenCount > 0)
            Flush(sink);
    }

    private void Flush(LineSink sink)
    {
        Emit(_begun.WrittenSpan, sink);
        _begun.ResetWrittenCount();
    }

    private void Emit(ReadOnlySpan<byte> line, LineSink sink)
    {
        var special = line.IndexOfAny(Special);
        if (special < 0)
        {
            sink(line);
            return;
        }

        _clean.ResetWrittenCount();
        // A line that was nothing but a section's mark is no line; an empty one of the job's own is.
        var marked = Clean(line, special, sink);
        if (_clean.WrittenCount > 0 || !marked)
            sink(_clean.WrittenSpan);
    }

    /// <returns>Whether a section's mark was in it.</returns>
    private bool Clean(ReadOnlySpan<byte> line, int special, LineSink sink)
    {
        var marked = false;
        for (; special >= 0; special = line.IndexOfAny(Special))
        {
            _clean.Write(line[..special]);
            line = line[special..];
            if (line[0] == (byte)'\r' && SectionMark.AtEndOf(_clean.WrittenSpan) is { } mark)
            {
                marked = true;
                if (HoldsText(_clean.WrittenSpan[..mark]))
                    sink(_clean.WrittenSpan[..mark]);
                _clean.ResetWrittenCount();
                line = line[1..];
            }
            else
            {
                line = line[OneSpecial(line)..];
            }
        }

        _clean.Write(line);
        return marked;
    }

    private static bool HoldsText(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty && text[0] == 0x1B)
            text = text[EscapeLength(text)..];
        return !text.IsEmpty;
    }

    /// <returns>How many bytes are dealt with.</returns>
    private int OneSpecial(ReadOnlySpan<byte> at)
    {
        switch (at[0])
        {
            case 0x1B:
                var length = EscapeLength(at);
                if (keepColour && length > 2 && at[1] == (byte)'[' && at[length - 1] == (byte)'m')
                    _clean.Write(at[..length]);
                return length;
            case (byte)'\r' when at.Length > 1 && at[1..].ContainsAnyExcept((byte)'\r', (byte)' '):
                // What follows overwrites what was there.
                _clean.ResetWrittenCount();
                return 1;
            case 0xC2 when at.Length > 1 && at[1] is < 0x80 or > 0x9F:
                _clean.Write(at[..2]);
                return 2;
            case 0xC2 when at.Length > 1:
                return 2;
            default:
                return 1;
        }
    }

    /// <summary>ECMA-48: CSI sequences to their final byte, strings (OSC, DCS …) to BEL or ST, other escapes of two bytes.</summary>
    internal static int EscapeLength(ReadOnlySpan<byte> at)
    {
        if (at.Length < 2)
            return at.Length;
        if (at[1] == (byte)'[')
        {
            var end = at[2..].IndexOfAnyInRange((byte)0x40, (byte)0x7E);
            return end < 0 ? at.Length : end + 3;
        }

        if (at[1] is not ((byte)']' or (byte)'P' or (byte)'X' or (byte)'^' or (byte)'_'))
            return 2;
        for (var i = 2; i < at.Length; i++)
        {
            if (at[i] == 0x07)
                return i + 1;
            if (at[i] == 0x1B)
                return i + 1 < at.Length && at[i + 1] == (byte)'\\' ? i + 2 : i;
        }

        return at.Length;
    }
}
