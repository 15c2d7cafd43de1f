using System.Security.Cryptography;
using Slipway.Server.Secrets;
using Xunit;

namespace Slipway.Server.Tests.Secrets;

public sealed class SecretBoxTests
{
    private static readonly SecretKey Old = SecretKey.Random();
    private static readonly SecretKey Current = SecretKey.Random();
    private static readonly SecretBox Box = new([Old, Current]);

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("Grüße \0 𐍈")]
    public void What_was_sealed_opens(string text) => Assert.Equal(text, Box.Open("ci_variables 1", Box.Seal("ci_variables 1", text)));

    [Fact]
    public void Bytes_that_are_no_text_open_too()
    {
        byte[] bytes = [0xff, 0, 0xfe];
        Assert.Equal(bytes, Box.OpenBytes("a", Box.SealBytes("a", [.. bytes])));
    }

    [Fact]
    public void A_long_text_opens_too()
    {
        var text = new string('é', 1_000_000);
        Assert.Equal(text, Box.Open("a", Box.Seal("a", text)));
    }

    [Fact]
    public void The_same_text_is_never_sealed_alike() => Assert.NotEqual(Box.Seal("a", "text"), Box.Seal("a", "text"));

    [Fact]
    public void It_opens_for_its_own_purpose_only() =>
        Assert.ThrowsAny<CryptographicException>(() => Box.Open("ci_variables 2", Box.Seal("ci_variables 1", "text")));

    [Fact]
    public void No_byte_can_be_changed()
    {
        var whole = Box.Seal("a", "text");
        for (var at = 0; at < whole.Length; at++)
        {
            var changed = (byte[])whole.Clone();
            changed[at] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => Box.Open("a", changed));
        }
    }

    [Fact]
    public void No_byte_can_be_missing()
    {
        var whole = Box.Seal("a", "text");
        for (var length = 0; length < whole.Length; length++)
            Assert.ThrowsAny<CryptographicException>(() => Box.Open("a", [.. whole.AsSpan(0, length)]));
    }

    [Fact]
    public void An_older_key_opens_what_it_sealed()
    {
        var before = new SecretBox([Old]).Seal("a", "text");
        Assert.Equal("text", Box.Open("a", before));
        Assert.Equal(Current.Fingerprint, Box.Fingerprint);
    }

    [Fact]
    public void Without_its_key_it_stays_shut_and_says_which_key_is_missing()
    {
        var e = Assert.ThrowsAny<CryptographicException>(() => new SecretBox([Current]).Open("a", new SecretBox([Old]).Seal("a", "text")));
        Assert.Contains(Old.Fingerprint, e.Message);
    }

    [Fact]
    public void The_text_is_nowhere_in_the_sealed_bytes() =>
        Assert.Equal(-1, Box.Seal("a", "a secret of some length").AsSpan().IndexOf("secret"u8));
}
