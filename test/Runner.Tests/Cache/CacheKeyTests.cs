using Slipway.Runner.Cache;
using Xunit;

namespace Slipway.Runner.Tests.Cache;

public sealed class CacheKeyTests
{
    [Theory]
    [InlineData("main", "main")]
    [InlineData("test/main", "test/main")]
    [InlineData("a//b/./c", "a/b/c")]
    [InlineData("../../etc", "etc")]
    [InlineData("a/../../b", "b")]
    [InlineData("..%2f..%2Fx", "x")]
    [InlineData("%2e%2E/x", "x")]
    [InlineData("a\\b", "a/b")]
    [InlineData("/abs", "abs")]
    [InlineData("key  ", "key")]
    [InlineData("a/b \t", "a/b")]
    [InlineData("a/ ", "a")]
    [InlineData("", "")]
    [InlineData("..", "")]
    [InlineData("   ", "")]
    public void A_key_becomes_a_path_that_stays_where_caches_lie(string key, string expected) =>
        Assert.Equal(expected, CacheKey.Sanitize(key));
}
