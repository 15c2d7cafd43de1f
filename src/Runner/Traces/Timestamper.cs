namespace Slipway.Runner.Traces;

/// <summary>
/// Puts a time stamp before each line of one stream (<c>FF_TIMESTAMPS</c>, runner-protocol §10.3). A line is 32 bytes of header, its text and a
/// newline: <c>2026-01-02T03:04:05.000000Z 01O text</c>. The header's last byte is <c>+</c> where the line carries on the one before it of the
/// same stream: after text that ended in a carriage return, or grew beyond 8 KiB, without a newline.
/// </summary>
internal sealed class Timestamper(byte stream, char kind, TimeProvider time) : IDisposable
{
    public const int HeaderLength = 32;
    private const int LongestPart = 8 * 1024;

    private readonly ByteBuffer _line = new();
    private bool _continues;

    /// <summary>Takes text in and writes the lines that are complete. They come whole, so that streams do not mix within one.</summary>
    public void Apply(ReadOnlySpan<byte> input, ByteBuffer output)
    {
        if (input.IsEmpty)
            return;
        Span<byte> header = stackalloc byte[HeaderLength];
        WriteHeader(header);
        var rest = input;
        for (var end = rest.IndexOf((byte)'\n'); end >= 0; end = rest.IndexOf((byte)'\n'))
        {
            WriteLine(header, rest[..end], output);
            _continues = false;
            rest = rest[(end + 1)..];
        }

        _line.Append(rest);
        if (_line.Length > LongestPart || (rest.Length == input.Length && rest.Contains((byte)'\r')))
            Break(header, output);
    }

    /// <summary>Writes what has no newline yet, so that nothing is lost at the end.</summary>
    public void End(ByteBuffer output)
    {
        if (_line.Length > 0)
        {
            Span<byte> header = stackalloc byte[HeaderLength];
            WriteHeader(header);
            WriteLine(header, [], output);
        }

        _continues = false;
    }

    public void Dispose() => _line.Dispose();

    private void Break(Span<byte> header, ByteBuffer output)
    {
        WriteLine(header, [], output);
        _continues = true;
    }

    private void WriteLine(Span<byte> header, ReadOnlySpan<byte> text, ByteBuffer output)
    {
        header[^1] = (byte)(_continues ? '+' : ' ');
        output.Append(header);
        output.Append(_line.Span);
        output.Append(text);
        output.Append((byte)'\n');
        _line.Clear();
    }

    private void WriteHeader(Span<byte> header)
    {
        time.GetUtcNow().UtcDateTime.TryFormat(header, out var written, "yyyy-MM-ddTHH:mm:ss.ffffff'Z '");
        stream.TryFormat(header[written..], out _, "x2");
        header[written + 2] = (byte)kind;
    }
}
