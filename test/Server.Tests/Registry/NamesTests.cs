using System.Globalization;
using Microsoft.AspNetCore.Http;
using Slipway.Server.Blobs;
using Slipway.Server.Registry;
using Slipway.Server.Registry.Tokens;
using Slipway.Server.Registry.Uploads;
using Xunit;

namespace Slipway.Server.Tests.Registry;

/// <summary>What addresses and headers mean, without a server.</summary>
public sealed class NamesTests
{
    [Theory]
    [InlineData("", "Root { }")]
    [InlineData("/", "Root { }")]
    [InlineData("/_catalog", "Catalog { }")]
    [InlineData("/a/b/tags/list", "Tags { Name = a/b }")]
    [InlineData("/a/b/blobs/uploads/", "Uploads { Name = a/b }")]
    [InlineData("/a/b/blobs/uploads", "Uploads { Name = a/b }")]
    [InlineData("/a/b/blobs/uploads/k", "Upload { Name = a/b, Key = k }")]
    [InlineData("/a/b/blobs/sha256:0", "Blob { Name = a/b, Digest = sha256:0 }")]
    [InlineData("/a/b/manifests/v1", "Manifest { Name = a/b, Reference = v1 }")]
    [InlineData("/a/b/referrers/sha256:0", "Referrers { Name = a/b, Digest = sha256:0 }")]
    // A word of a name may be one of the standard's own.
    [InlineData("/a/blobs/blobs/uploads/", "Uploads { Name = a/blobs }")]
    [InlineData("/a/blobs/uploads/manifests/v1", "Manifest { Name = a/blobs/uploads, Reference = v1 }")]
    [InlineData("/a/manifests/manifests/tags/list", "Tags { Name = a/manifests/manifests }")]
    [InlineData("/tags/list", "Unknown { }")]
    [InlineData("/a/b", "Unknown { }")]
    public void An_address_is_read_from_its_end(string path, string meaning) => Assert.Equal(meaning, RegistryPath.Parse(path).ToString());

    [Theory]
    [InlineData("a", true)]
    [InlineData("group/sub/app", true)]
    [InlineData("a-b/c--d/e_f/g__h/i.j/0", true)]
    [InlineData("", false)]
    [InlineData("A/b", false)]
    [InlineData("a//b", false)]
    [InlineData("a/", false)]
    [InlineData("a..b", false)]
    [InlineData("a___b", false)]
    [InlineData("a._b", false)]
    [InlineData("-a", false)]
    [InlineData("a-", false)]
    [InlineData("a/../b", false)]
    [InlineData("a%2Fb", false)]
    [InlineData("ä", false)]
    public void Names_are_the_standards(string name, bool good) => Assert.Equal(good, ImageNames.IsName(name));

    [Fact]
    public void Names_and_tags_have_an_end()
    {
        Assert.True(ImageNames.IsName(new string('a', 255)));
        Assert.False(ImageNames.IsName(new string('a', 256)));
        Assert.True(ImageNames.IsTag(new string('a', 128)));
        Assert.False(ImageNames.IsTag(new string('a', 129)));
        Assert.Equal([true, true, false, false, false], ((string[])["v1.0_b-c", "_", ".a", "-a", "a b"]).Select(ImageNames.IsTag));
    }

    [Theory]
    [InlineData("sha256", 64, true)]
    [InlineData("sha512", 128, true)]
    [InlineData("sha256", 63, false)]
    [InlineData("sha512", 64, false)]
    [InlineData("md5", 32, false)]
    public void Digests_are_of_two_kinds(string algorithm, int length, bool good)
    {
        Assert.Equal(good, ImageDigest.Parse($"{algorithm}:{new string('a', length)}") is not null);
        Assert.Null(ImageDigest.Parse($"{algorithm}:{new string('A', length)}"));
        Assert.Null(ImageDigest.Parse($"{algorithm}:{new string('g', length)}"));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("bytes=0-9", "0+10")]
    [InlineData("bytes=5-", "5+95")]
    [InlineData("bytes=-5", "95+5")]
    [InlineData("bytes=90-1000", "90+10")]
    [InlineData("bytes=0-1,5-6 , -1", "0+2 5+2 99+1")]
    [InlineData("bytes=0-0,200-300", "0+1")]
    [InlineData("bytes=100-", "")]
    [InlineData("bytes=9-5", "")]
    [InlineData("bytes=0-99,0-99", null)]
    [InlineData("bytes=99999999999999999999-", null)]
    [InlineData("bytes=a-b", null)]
    [InlineData("bytes=", null)]
    [InlineData("items=0-9", null)]
    public void Ranges_of_a_blob(string? header, string? expected)
    {
        var ranges = ByteRanges.Parse(header, 100);
        Assert.Equal(expected, ranges is null ? null : string.Join(' ', ranges.Select(range => $"{range.Start}+{range.Length}")));
        Assert.All(ranges ?? [], range => Assert.InRange(range.Start + range.Length, 1, 100));
    }

    [Fact]
    public void A_thousand_ranges_are_many_and_two_thousand_too_many()
    {
        Assert.Equal(1024, ByteRanges.Parse(Header(1024), 1 << 20)!.Count);
        Assert.Null(ByteRanges.Parse(Header(1025), 1 << 20));
        static string Header(int count) => "bytes=" + string.Join(',', Enumerable.Range(0, count).Select(n => $"{n * 4}-{n * 4}"));
    }

    [Theory]
    [InlineData("0-511", "0 511")]
    [InlineData("bytes 512-1023/2048", "512 1023")]
    [InlineData("bytes=512-1023", "512 1023")]
    [InlineData("", "none")]
    [InlineData("5-4", null)]
    [InlineData("-4", null)]
    [InlineData("4-", null)]
    [InlineData("*/5", null)]
    public void Where_a_piece_belongs(string header, string? expected)
    {
        var request = new DefaultHttpContext().Request;
        request.Headers.ContentRange = header;
        var isRead = ContentRange.TryRead(request, out var range);
        Assert.Equal(
            expected,
            !isRead ? null
                : range is { } read ? string.Create(CultureInfo.InvariantCulture, $"{read.First} {read.Last}")
                : "none"
        );
    }

    [Theory]
    [InlineData("repository:a/b:pull,push", "repository:a/b:pull,push")]
    [InlineData("repository:host:5000/a:pull", "repository:host:5000/a:pull")]
    [InlineData("repository(plugin):a:pull", "repository:a:pull")]
    [InlineData("repository:a/b:* registry:catalog:*", "repository:a/b:pull,push,delete registry:catalog:*")]
    [InlineData("repository:a/b:pull repository:c:pull repository:a/b:push", "repository:a/b:pull,push repository:c:pull")]
    [InlineData("repository:a/b:fly", "")]
    [InlineData("repository:a/b", "")]
    [InlineData("galaxy:a/b:pull", "")]
    [InlineData("", "")]
    public void Scopes_that_are_none_are_passed_over(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', AskedScope.Parse([text])));

    [Fact]
    public void A_request_for_many_scopes_gets_some()
    {
        var many = string.Join(' ', Enumerable.Range(0, 1000).Select(n => $"repository:a/b{n}:pull"));
        Assert.Equal(20, AskedScope.Parse([many]).Count);
        Assert.Equal(20, AskedScope.Parse(many.Split(' ')).Count);
    }
}
