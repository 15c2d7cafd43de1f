using System.Buffers;

namespace Slipway.Runner.Masking;

/// <summary>
/// Masks the values of query parameters that carry secrets, <c>?private_token=[MASKED]</c> (runner-protocol §10.4, 2). Names are compared without
/// case. Names are no secrets, so nothing is held back.
/// </summary>
internal sealed class UrlMasker : IDisposable
{
    private const int LongestName = 20;

    private static readonly SearchValues<byte> NameStarts = SearchValues.Create("?&"u8);

    /// <summary>Where a value ends: what a URL cannot hold, and what begins its next part.</summary>
    private static readonly SearchValues<byte> ValueEnds = SearchValues.Create(
        Enumerable.Range(0, 256).Select(b => (byte)b).Where(b => b is <= (byte)' ' or 0x7F || "&#\"'<>\\`^{|}"u8.Contains(b)).ToArray()
    );

    private readonly ByteBuffer _out = new();
    private readonly byte[] _name = new byte[LongestName];
    private int _nameLength;
    private Within _within;
    private bool _told;

    private enum Within
    {
        Text,
        Name,
        Value,
    }

    /// <returns>The same bytes without such values. Valid until the next call.</returns>
    public ReadOnlySpan<byte> Apply(ReadOnlySpan<byte> input)
    {
        if (_within == Within.Text && input.IndexOfAny(NameStarts) < 0)
            return input;

        _out.Clear();
        var rest = input;
        while (!rest.IsEmpty)
        {
            var used = _within switch
            {
                Within.Text => SeekName(rest),
                Within.Name => ReadName(rest),
                _ => SkipValue(rest),
            };
            rest = rest[used..];
        }

        return _out.Span;
    }

    /// <summary>The stream has ended; a new one may begin.</summary>
    public void End() => _within = Within.Text;

    public void Dispose() => _out.Dispose();

    private int SeekName(ReadOnlySpan<byte> rest)
    {
        var start = rest.IndexOfAny(NameStarts);
        var used = start < 0 ? rest.Length : start + 1;
        _out.Append(rest[..used]);
        if (start >= 0)
            (_within, _nameLength) = (Within.Name, 0);
        return used;
    }

    private int ReadName(ReadOnlySpan<byte> rest)
    {
        var b = rest[0];
        if (NameStarts.Contains(b))
            _nameLength = 0;
        else if (b == '=')
            (_within, _told) = (IsSecret(_name.AsSpan(0, _nameLength)) ? Within.Value : Within.Text, false);
        else if (_nameLength == LongestName || !(char.IsAsciiLetter((char)b) || b is (byte)'-' or (byte)'_'))
            _within = Within.Text;
        else
            _name[_nameLength++] = (byte)char.ToLowerInvariant((char)b);
        _out.Append(b);
        return 1;
    }

    private int SkipValue(ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOfAny(ValueEnds);
        if (end != 0 && !_told)
        {
            _out.Append(PhraseMasker.Mask);
            _told = true;
        }

        if (end >= 0)
            _within = Within.Text;
        return end < 0 ? rest.Length : end;
    }

    private static bool IsSecret(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("private_token"u8)
        || name.SequenceEqual("authenticity_token"u8)
        || name.SequenceEqual("rss_token"u8)
        || name.SequenceEqual("x-amz-signature"u8)
        || name.SequenceEqual("x-amz-credential"u8)
        || name.SequenceEqual("x-amz-security-token"u8);
}
