namespace Slipway.Runner.Masking;

/// <summary>
/// Writes <c>[MASKED]</c> for every secret in one stream (runner-protocol §10.4, 1). Whatever any phrase covers is gone: phrases that overlap go
/// together as one. How the stream is cut into pieces makes no difference, for bytes that may yet turn out to begin a phrase are held back.
/// </summary>
internal sealed class PhraseMasker(PhraseTrie phrases) : IDisposable
{
    public static ReadOnlySpan<byte> Mask => "[MASKED]"u8;

    private readonly ByteBuffer _out = new();

    /// <summary>The bytes at the stream's end that are not decided. All positions below count from the first of them.</summary>
    private readonly ByteBuffer _held = new();

    /// <summary>What phrases cover and is not behind us yet, in order, not overlapping.</summary>
    private readonly List<Cover> _covers = [];

    private int _node = PhraseTrie.Root;
    private int _emitted;

    /// <param name="Told">Its <c>[MASKED]</c> is written already; the rest of it only has to be swallowed.</param>
    private readonly record struct Cover(int Start, int End, bool Told);

    /// <returns>What is decided by now. Valid until the next call.</returns>
    public ReadOnlySpan<byte> Apply(ReadOnlySpan<byte> input)
    {
        if (_node == PhraseTrie.Root && _covers.Count == 0 && input.IndexOfAny(phrases.FirstBytes) < 0)
            return input;

        _out.Clear();
        var held = _held.Length;
        for (var i = 0; i < input.Length; i++)
        {
            if (_node == PhraseTrie.Root)
            {
                var skip = input[i..].IndexOfAny(phrases.FirstBytes);
                i = skip < 0 ? input.Length : i + skip;
                Emit(held + i, input);
                if (skip < 0)
                    break;
            }

            _node = phrases.Step(_node, input[i]);
            if (phrases.Longest(_node) is > 0 and var length)
                Add(held + i + 1 - length, held + i + 1);
        }

        Hold(input, held + input.Length - phrases.Depth(_node));
        return _out.Span;
    }

    /// <summary>The stream has ended: what is held back can become no phrase any more. A new stream may begin.</summary>
    public ReadOnlySpan<byte> End()
    {
        _out.Clear();
        Hold([], _held.Length);
        _node = PhraseTrie.Root;
        return _out.Span;
    }

    public void Dispose()
    {
        _out.Dispose();
        _held.Dispose();
    }

    private void Add(int start, int end)
    {
        var told = false;
        while (_covers.Count > 0 && _covers[^1].End > start)
        {
            start = Math.Min(start, _covers[^1].Start);
            told |= _covers[^1].Told;
            _covers.RemoveAt(_covers.Count - 1);
        }

        _covers.Add(new Cover(start, end, told));
    }

    /// <summary>Writes all before <paramref name="to"/>: no phrase can begin there any more.</summary>
    private void Emit(int to, ReadOnlySpan<byte> input)
    {
        var done = 0;
        foreach (var cover in _covers)
        {
            if (cover.Start >= to)
                break;
            Copy(_emitted, cover.Start, input);
            if (!cover.Told)
                _out.Append(Mask);
            _emitted = Math.Max(_emitted, Math.Min(cover.End, to));
            if (cover.End > to)
            {
                _covers[done] = cover with { Told = true };
                break;
            }

            done++;
        }

        _covers.RemoveRange(0, done);
        Copy(_emitted, to, input);
        _emitted = Math.Max(_emitted, to);
    }

    private void Copy(int from, int to, ReadOnlySpan<byte> input)
    {
        var held = _held.Length;
        if (from < Math.Min(to, held))
            _out.Append(_held.Span[from..Math.Min(to, held)]);
        if (Math.Max(from, held) < to)
            _out.Append(input[(Math.Max(from, held) - held)..(to - held)]);
    }

    /// <summary>Writes all before <paramref name="from"/>, keeps the rest, and counts from there.</summary>
    private void Hold(ReadOnlySpan<byte> input, int from)
    {
        Emit(from, input);
        var held = _held.Length;
        _held.Drop(Math.Min(from, held));
        _held.Append(input[Math.Max(0, from - held)..]);
        for (var i = 0; i < _covers.Count; i++)
            _covers[i] = new Cover(_covers[i].Start - from, _covers[i].End - from, _covers[i].Told);
        _emitted = 0;
    }
}
