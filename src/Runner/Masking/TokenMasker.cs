using System.Buffers;

namespace Slipway.Runner.Masking;

/// <summary>
/// Masks what follows a known token prefix: <c>glpat-[MASKED]</c> (runner-protocol §10.4, 3). A prefix is no secret, so nothing is held back.
/// </summary>
internal sealed class TokenMasker(PhraseTrie prefixes) : IDisposable
{
    private static readonly SearchValues<byte> TokenBytes = SearchValues.Create(
        "-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz="u8
    );

    private readonly ByteBuffer _out = new();
    private int _node = PhraseTrie.Root;
    private bool _inToken;
    private bool _told;

    /// <returns>The same bytes without tokens. Valid until the next call.</returns>
    public ReadOnlySpan<byte> Apply(ReadOnlySpan<byte> input)
    {
        if (!_inToken && _node == PhraseTrie.Root && input.IndexOfAny(prefixes.FirstBytes) < 0)
            return input;

        _out.Clear();
        var rest = input;
        while (!rest.IsEmpty)
            rest = rest[(_inToken ? SkipToken(rest) : SeekPrefix(rest))..];
        return _out.Span;
    }

    /// <summary>The stream has ended; a new one may begin.</summary>
    public void End()
    {
        _node = PhraseTrie.Root;
        _inToken = false;
    }

    public void Dispose() => _out.Dispose();

    private int SkipToken(ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOfAnyExcept(TokenBytes);
        if (end != 0 && !_told)
        {
            _out.Append(PhraseMasker.Mask);
            _told = true;
        }

        _inToken = end < 0;
        return end < 0 ? rest.Length : end;
    }

    private int SeekPrefix(ReadOnlySpan<byte> rest)
    {
        for (var i = 0; i < rest.Length; i++)
        {
            if (_node == PhraseTrie.Root)
            {
                var skip = rest[i..].IndexOfAny(prefixes.FirstBytes);
                if (skip < 0)
                    break;
                i += skip;
            }

            _node = prefixes.Step(_node, rest[i]);
            if (prefixes.Longest(_node) == 0)
                continue;
            _out.Append(rest[..(i + 1)]);
            _node = PhraseTrie.Root;
            (_inToken, _told) = (true, false);
            return i + 1;
        }

        _out.Append(rest);
        return rest.Length;
    }
}
