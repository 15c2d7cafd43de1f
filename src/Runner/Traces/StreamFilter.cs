using Slipway.Runner.Masking;

namespace Slipway.Runner.Traces;

/// <summary>What every byte of one stream passes before it is part of the log: phrases, URL parameters, tokens, UTF-8 (runner-protocol §10.4).</summary>
internal sealed class StreamFilter(MaskSet masks) : IDisposable
{
    private readonly PhraseMasker? _phrases = masks.PhraseTrie is { } trie ? new PhraseMasker(trie) : null;
    private readonly UrlMasker _urls = new();
    private readonly TokenMasker _tokens = new(masks.PrefixTrie);
    private readonly Utf8Repair _utf8 = new();

    /// <returns>Valid until the next call.</returns>
    public ReadOnlySpan<byte> Apply(ReadOnlySpan<byte> input) => Rest(_phrases is null ? input : _phrases.Apply(input));

    /// <summary>Hands out what was held back. A new stream may begin.</summary>
    public void End(ByteBuffer output)
    {
        if (_phrases is not null)
            output.Append(Rest(_phrases.End()));
        output.Append(_utf8.End());
        _urls.End();
        _tokens.End();
    }

    public void Dispose()
    {
        _phrases?.Dispose();
        _urls.Dispose();
        _tokens.Dispose();
        _utf8.Dispose();
    }

    private ReadOnlySpan<byte> Rest(ReadOnlySpan<byte> input) => _utf8.Apply(_tokens.Apply(_urls.Apply(input)));
}
