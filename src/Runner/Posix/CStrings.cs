using System.Runtime.InteropServices;
using System.Text;

namespace Slipway.Runner.Posix;

/// <summary>A list of texts as C wants it: one block of memory with the pointers (a null at their end) and, behind them, the bytes.</summary>
internal sealed unsafe class CStrings : IDisposable
{
    private byte* _block;

    public CStrings(IReadOnlyList<string> texts)
    {
        var pointers = (nuint)(texts.Count + 1) * (nuint)sizeof(byte*);
        var size = pointers;
        foreach (var text in texts)
            size += (nuint)Encoding.UTF8.GetByteCount(text) + 1;
        _block = (byte*)NativeMemory.Alloc(size);
        var next = _block + pointers;
        var end = _block + size;
        for (var i = 0; i < texts.Count; i++)
        {
            Pointers[i] = next;
            next += Encoding.UTF8.GetBytes(texts[i], new Span<byte>(next, (int)(end - next)));
            *next++ = 0;
        }

        Pointers[texts.Count] = null;
    }

    public byte** Pointers => (byte**)_block;

    public void Dispose()
    {
        NativeMemory.Free(_block);
        _block = null;
    }

    /// <summary>One text with its ending zero.</summary>
    public static byte[] Terminated(string text)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, bytes);
        return bytes;
    }
}
