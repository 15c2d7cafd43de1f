using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Slipway.Runner.Traces;

/// <summary>Writes U+FFFD for what is not UTF-8 (runner-protocol §10.1). A character cut in two by a piece's end is waited for.</summary>
internal sealed class Utf8Repair : IDisposable
{
    private readonly ByteBuffer _out = new();
    private readonly ByteBuffer _text = new();
    private readonly byte[] _tail = new byte[4];
    private int _tailLength;

    /// <returns>Whole characters only. Valid until the next call.</returns>
    public ReadOnlySpan<byte> Apply(ReadOnlySpan<byte> input)
    {
        if (_tailLength == 0 && Utf8.IsValid(input))
            return input;

        _text.Clear();
        _text.Append(_tail.AsSpan(0, _tailLength));
        _text.Append(input);
        _tailLength = 0;
        _out.Clear();
        var rest = _text.Span;
        while (!rest.IsEmpty)
        {
            var ascii = rest.IndexOfAnyInRange((byte)0x80, (byte)0xFF);
            _out.Append(ascii < 0 ? rest : rest[..ascii]);
            rest = ascii < 0 ? [] : rest[ascii..];
            if (!rest.IsEmpty)
                rest = rest[One(rest)..];
        }

        return _out.Span;
    }

    /// <summary>The stream has ended, so a begun character stays one that is not whole.</summary>
    public ReadOnlySpan<byte> End()
    {
        _out.Clear();
        if (_tailLength > 0)
            _out.Append("\uFFFD"u8);
        _tailLength = 0;
        return _out.Span;
    }

    public void Dispose()
    {
        _out.Dispose();
        _text.Dispose();
    }

    private int One(ReadOnlySpan<byte> rest)
    {
        var status = Rune.DecodeFromUtf8(rest, out _, out var used);
        if (status == OperationStatus.NeedMoreData)
        {
            rest.CopyTo(_tail);
            _tailLength = rest.Length;
            return rest.Length;
        }

        _out.Append(status == OperationStatus.Done ? rest[..used] : "\uFFFD"u8);
        return used;
    }
}
