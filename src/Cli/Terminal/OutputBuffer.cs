using System.Buffers;
using System.Text;

namespace Slipway.Cli.Terminal;

/// <summary>Gathers what is to be shown and writes it in one go.</summary>
internal sealed class OutputBuffer(Stream to)
{
    private readonly ArrayBufferWriter<byte> _waiting = new(4096);

    public OutputBuffer Write(ReadOnlySpan<byte> bytes)
    {
        _waiting.Write(bytes);
        return this;
    }

    public OutputBuffer Write(string text)
    {
        Encoding.UTF8.GetBytes(text, _waiting);
        return this;
    }

    public OutputBuffer Line(string text) => Write(text).Write("\n"u8);

    public void Flush()
    {
        if (_waiting.WrittenCount == 0)
            return;
        to.Write(_waiting.WrittenSpan);
        to.Flush();
        if (_waiting.Capacity > 4 * 1024 * 1024)
            _waiting.Clear();
        else
            _waiting.ResetWrittenCount();
    }
}
