using System.Text;

namespace Slipway.Cli.Terminal;

/// <summary>The last few hundred bytes of a log, for one line of last words.</summary>
internal sealed class LogTail
{
    private const int Size = 512;

    private readonly byte[] _bytes = new byte[Size];
    private int _length;

    public void Take(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= Size)
        {
            bytes[^Size..].CopyTo(_bytes);
            _length = Size;
            return;
        }

        var keep = Math.Min(_length, Size - bytes.Length);
        _bytes.AsSpan(_length - keep, keep).CopyTo(_bytes);
        bytes.CopyTo(_bytes.AsSpan(keep));
        _length = keep + bytes.Length;
    }

    /// <summary>The last line that says something, a begun one included.</summary>
    public string LastWords()
    {
        var last = "";
        var lines = new LogLines(keepColour: false);
        void Keep(ReadOnlySpan<byte> line)
        {
            if (!line.Trim(" \t"u8).IsEmpty)
                last = Encoding.UTF8.GetString(line);
        }

        lines.Take(_bytes.AsSpan(0, _length), Keep);
        lines.End(Keep);
        return PlainText.Of(last.Trim());
    }
}
