using System.Text;
using Slipway.Runner.Masking;
using Slipway.Runner.Traces;
using Xunit;

namespace Slipway.Runner.Tests.Masking;

public sealed class StreamFilterTests
{
    [Theory]
    [InlineData("https://h/x?private_token=abc&y=1", "https://h/x?private_token=[MASKED]&y=1")]
    [InlineData("GET /a?x=1&X-Amz-Signature=AB%2Fcd&z", "GET /a?x=1&X-Amz-Signature=[MASKED]&z")]
    [InlineData("?rss_token=&a=b", "?rss_token=&a=b")]
    [InlineData("?private_tokens=abc", "?private_tokens=abc")]
    [InlineData("\"http://h?private_token=abc\" next", "\"http://h?private_token=[MASKED]\" next")]
    [InlineData("what? private_token=abc", "what? private_token=abc")]
    [InlineData("token glpat-AbC_-.123= end", "token glpat-[MASKED] end")]
    [InlineData("glpat-", "glpat-")]
    [InlineData("glpat-abc", "glpat-[MASKED]")]
    [InlineData("glglglrt-x glcbt-y", "glglglrt-[MASKED] glcbt-[MASKED]")]
    [InlineData("_gitlab_session=0123; path", "_gitlab_session=[MASKED]; path")]
    [InlineData("acme-987 glpa-1", "acme-[MASKED] glpa-1")]
    [InlineData("my hunter22 and größe", "my [MASKED] and größe")]
    [InlineData("?private_token=hunter22", "?private_token=[MASKED]")]
    public void Secrets_of_every_kind_go_however_the_output_is_cut(string text, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var masks = MaskSet.Of([" hunter22\n", "", "hunter22"], ["acme-"]);
        for (var first = 0; first <= bytes.Length; first++)
        for (var second = first; second <= bytes.Length; second++)
            Assert.Equal(expected, Filtered(masks, bytes[..first], bytes[first..second], bytes[second..]));
    }

    [Fact]
    public void Only_the_fifteen_shortest_prefixes_are_watched_for()
    {
        var masks = MaskSet.Of([], ["a-", "much-longer-than-all-others-"]);
        Assert.Equal("a-[MASKED] much-longer-than-all-others-1", Filtered(masks, "a-1 much-longer-than-all-others-1"u8.ToArray()));
    }

    [Theory]
    [InlineData(new byte[] { 0x61, 0xFF, 0x62 }, "a\uFFFDb")]
    [InlineData(new byte[] { 0xE2, 0x82 }, "\uFFFD")]
    [InlineData(new byte[] { 0xE2, 0x82, 0xAC, 0xC3 }, "€\uFFFD")]
    [InlineData(new byte[] { 0xF0, 0x9F, 0x9A, 0xA2 }, "🚢")]
    [InlineData(new byte[] { 0xC0, 0xAF }, "\uFFFD\uFFFD")]
    public void What_is_not_UTF8_is_replaced_however_the_output_is_cut(byte[] bytes, string expected)
    {
        for (var first = 0; first <= bytes.Length; first++)
        for (var second = first; second <= bytes.Length; second++)
            Assert.Equal(expected, Filtered(MaskSet.Of([], []), bytes[..first], bytes[first..second], bytes[second..]));
    }

    private static string Filtered(MaskSet masks, params byte[][] pieces)
    {
        using var filter = new StreamFilter(masks);
        using var result = new ByteBuffer();
        foreach (var piece in pieces)
            result.Append(filter.Apply(piece));
        filter.End(result);
        return Encoding.UTF8.GetString(result.Span);
    }
}
