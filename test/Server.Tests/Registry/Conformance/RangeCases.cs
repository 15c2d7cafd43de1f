using Xunit;

namespace Slipway.Server.Tests.Registry.Conformance;

/// <summary>Parts of a blob of 2,048 bytes.</summary>
internal static class RangeCases
{
    public static IEnumerable<Case> All =>
        [
            Part("500-1499", 500, 1000),
            Part("500-", 500, 1548),
            Part("-500", 1548, 500),
            Part("2000-5000", 2000, 48),
            Nothing("500-0"),
            Nothing("5000-10000"),
        ];

    private static Case Part(string range, int start, int length) =>
        new(
            $"2.15 bytes {range}",
            async target =>
            {
                var (bytes, said) = await GetAsync(target, range);
                Assert.Equal(206, said.Status);
                Assert.Equal(bytes[start..(start + length)], said.Body);
                Assert.Equal($"{length}", said.Header("Content-Length"));
                Assert.Matches($"^bytes {start}-{start + length - 1}/(2048|\\*)$", said.Header("Content-Range"));
            }
        );

    private static Case Nothing(string range) =>
        new($"2.15 bytes {range}", async target => Assert.Equal(416, (await GetAsync(target, range)).Said.Status));

    private static async Task<(byte[] Bytes, Said Said)> GetAsync(Target target, string range)
    {
        var push = BlobPush.Of(target, Images.Bytes(2048));
        Case.Location(await push.WholeAsync(), 201);
        return (push.Bytes, await target.Client.GetAsync(push.Path, ("Range", "bytes=" + range)));
    }
}
