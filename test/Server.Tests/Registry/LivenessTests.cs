using Slipway.Server.Registry.Collecting;
using Xunit;

namespace Slipway.Server.Tests.Registry;

public sealed class LivenessTests
{
    /// <param name="manifests">Each by its digest, a letter; behind <c>^</c> its subject, behind <c>&gt;</c> what it names; <c>!</c>: tagged.</param>
    [Theory]
    [InlineData("a! b", "a")]
    [InlineData("a>bc! b c d", "abc")]
    [InlineData("a>b! b>c c>d d", "abcd")]
    [InlineData("a! b^a c^b", "abc")]
    [InlineData("a b^a c^b", "")]
    [InlineData("a! b^z", "a")]
    [InlineData("a>b! b c^b d^e e", "abc")]
    // Two that only keep each other.
    [InlineData("a>b^b b", "")]
    [InlineData("a>b^b b c>b!", "abc")]
    [InlineData("a>zy!", "a")]
    public void A_manifest_is_kept_by_a_tag_an_index_or_its_subject(string manifests, string kept)
    {
        var all = manifests.Split(' ');
        var nodes = all.Select(one => new ManifestNode(
            one[0],
            $"{one[0]}",
            one.Contains('^') ? $"{one[one.IndexOf('^') + 1]}" : null,
            null
        ));
        var edges =
            from one in all
            where one.Contains('>')
            from to in one[(one.IndexOf('>') + 1)..].Split('^', '!')[0]
            select new ManifestEdge(one[0], to);
        var tagged = all.Where(one => one.EndsWith('!')).Select(one => (long)one[0]);
        Assert.Equal(kept, string.Concat(Liveness.Kept([.. nodes], tagged, edges).Order().Select(id => (char)id)));
    }
}
