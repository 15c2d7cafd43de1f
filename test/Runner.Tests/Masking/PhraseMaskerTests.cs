using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Slipway.Runner.Masking;
using Xunit;

namespace Slipway.Runner.Tests.Masking;

public sealed class PhraseMaskerTests
{
    [Theory]
    [InlineData("the secret is out", "secret", "the [MASKED] is out")]
    [InlineData("secretsecret", "secret", "[MASKED][MASKED]")]
    [InlineData("aaab", "aab", "a[MASKED]")]
    [InlineData("abababab!", "abab", "[MASKED]!")]
    [InlineData("xabcy abc", "abc|xabcy", "[MASKED] [MASKED]")]
    [InlineData("abcdeX abcdef", "abc|abcdef", "[MASKED]deX [MASKED]")]
    [InlineData("one-two-three", "one-two|two-three", "[MASKED]")]
    [InlineData("secre", "secret", "secre")]
    [InlineData("a [MASKED] b", "[MASKED]", "a [MASKED] b")]
    [InlineData("key: -----BEGIN\nabc\nEND", "-----BEGIN\nabc\nEND", "key: [MASKED]")]
    [InlineData("größe", "öß", "gr[MASKED]e")]
    [InlineData("aaa", "a", "[MASKED][MASKED][MASKED]")]
    public void A_secret_is_masked_however_the_output_is_cut(string text, string secrets, string expected)
    {
        var phrases = Trie(secrets.Split('|'));
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var first = 0; first <= bytes.Length; first++)
        for (var second = first; second <= bytes.Length; second++)
            Assert.Equal(expected, Masked(phrases, bytes[..first], bytes[first..second], bytes[second..]));
    }

    [Fact]
    public void Output_goes_on_at_once_when_it_cannot_begin_a_secret()
    {
        using var masker = new PhraseMasker(Trie(["secret"]));
        Assert.Equal("progress 10%", Encoding.UTF8.GetString(masker.Apply("progress 10%"u8)));
        Assert.Equal("sec", Encoding.UTF8.GetString(masker.Apply("secsec"u8)));
        Assert.Equal("sec", Encoding.UTF8.GetString(masker.End()));
    }

    /// <summary>The oracle looks at the whole text at once: every byte that some occurrence of some phrase covers must be gone, and no other.</summary>
    [Fact]
    public void Whatever_a_phrase_covers_is_gone_and_nothing_else()
    {
        var letters = Gen.Elements('a', 'b', 'c');
        var words = Gen.Choose(1, 6).SelectMany(n => Gen.ArrayOf(letters, n)).Select(w => new string(w));
        var cases =
            from phrases in Gen.Choose(1, 4).SelectMany(n => Gen.ArrayOf(words, n))
            from text in Gen.Choose(0, 40).SelectMany(n => Gen.ArrayOf(letters, n))
            from cuts in Gen.ArrayOf(Gen.Choose(0, 40), 5)
            select (phrases, text: new string(text), cuts);
        Properties.Hold(cases, c => Assert.Equal(Oracle(c.text, c.phrases), Masked(Trie(c.phrases), Pieces(c.text, c.cuts))));
    }

    private static string Oracle(string text, string[] phrases)
    {
        var covers = new List<(int Start, int End)>();
        for (var end = 1; end <= text.Length; end++)
        {
            var longest = phrases
                .Where(p => text[..end].EndsWith(p, StringComparison.Ordinal))
                .Select(p => p.Length)
                .DefaultIfEmpty()
                .Max();
            if (longest == 0)
                continue;
            var start = end - longest;
            while (covers.Count > 0 && covers[^1].End > start)
            {
                start = Math.Min(start, covers[^1].Start);
                covers.RemoveAt(covers.Count - 1);
            }

            covers.Add((start, end));
        }

        foreach (var (start, end) in Enumerable.Reverse(covers))
            text = text[..start] + "[MASKED]" + text[end..];
        return text;
    }

    private static byte[][] Pieces(string text, int[] cuts)
    {
        int[] ends = [0, .. cuts.Select(c => Math.Min(c, text.Length)).Order(), text.Length];
        return [.. ends.Zip(ends.Skip(1), (from, to) => Encoding.UTF8.GetBytes(text[from..to]))];
    }

    private static PhraseTrie Trie(string[] phrases) => PhraseTrie.Of(phrases.Select(Encoding.UTF8.GetBytes));

    private static string Masked(PhraseTrie phrases, params byte[][] pieces)
    {
        using var masker = new PhraseMasker(phrases);
        var result = new List<byte>();
        foreach (var piece in pieces)
            result.AddRange(masker.Apply(piece));
        result.AddRange(masker.End());
        return Encoding.UTF8.GetString(result.ToArray());
    }
}
