using System.Text;
using Slipway.Server.Tests.Registry.Conformance;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Registry;

/// <summary>Fetching blobs, beyond what the standard's own suite asks.</summary>
public sealed class BlobTests(RegistryRooms rooms) : IClassFixture<RegistryRooms>
{
    private const string Octets = BlobPush.Octets;

    /// <summary>What each answer has of its own.</summary>
    private static readonly HashSet<string> Own = new(StringComparer.OrdinalIgnoreCase)
    {
        "Date",
        "X-Request-Id",
        "Transfer-Encoding",
        "Content-Length",
    };

    /// <summary>Podman fetches the parts of a layer that it has not, many with one request.</summary>
    [Theory, EveryDatabase]
    public async Task Several_parts_come_with_one_answer(DatabaseKind kind)
    {
        var room = await rooms.OfAsync(kind);
        var (repository, bytes) = (room.Repository(), Images.Bytes(2048));
        var path = $"/v2/{repository}/blobs/{await room.Client.PushAsync(repository, bytes)}";

        var said = await room.Client.GetAsync(path, ("Range", "bytes=0-9,100-199, -5"));

        Assert.Equal(206, said.Status);
        var border = said.Header("Content-Type")!.Split("boundary=")[1];
        var text = Encoding.Latin1.GetString(said.Body);
        var parts = text.Split($"\r\n--{border}");
        Assert.Equal(["", .. ((string[])["0-9", "100-199", "2043-2047"]).Select(Part), "--\r\n"], parts);

        string Part(string range)
        {
            var ends = range.Split('-').Select(int.Parse).ToArray();
            return $"\r\nContent-Type: {Octets}\r\nContent-Range: bytes {range}/2048\r\n\r\n"
                + Encoding.Latin1.GetString(bytes[ends[0]..(ends[1] + 1)]);
        }
    }

    [Fact]
    public async Task Ranges_that_are_none_are_passed_over_and_those_beyond_the_end_refused()
    {
        var room = await rooms.OfAsync(DatabaseKind.Sqlite);
        var (path, bytes) = await PushAsync(room);
        foreach (var range in (string[])["2048-", "-0", "99999-100000,5000-"])
        {
            var said = await room.Client.GetAsync(path, ("Range", "bytes=" + range));
            Assert.Equal((range, 416, "RANGE_INVALID"), (range, said.Status, said.Code));
            Assert.Equal(("bytes */2048", null), (said.Header("Content-Range"), said.Header("Cache-Control")));
        }

        foreach (
            var range in (string[])["bytes=x-1", "lines=0-1", "bytes=0-2047,0-2047", "bytes=0-1, bytes=0-1", "bytes=0-99999999999999999999"]
        )
            Assert.Equal(bytes, (await room.Client.GetAsync(path, ("Range", range))).Body);
        Assert.Equal(bytes, (await room.Client.GetAsync(path, ("Range", "bytes=-9999"))).Body);
        var one = await room.Client.GetAsync(path, ("Range", "bytes=0-0"));
        Assert.Equal((206, "bytes 0-0/2048", "1"), (one.Status, one.Header("Content-Range"), one.Header("Content-Length")));
    }

    [Fact]
    public async Task Who_has_a_blob_need_not_fetch_it_again()
    {
        var room = await rooms.OfAsync(DatabaseKind.Sqlite);
        var (path, bytes) = await PushAsync(room);
        var got = await room.Client.GetAsync(path);
        var tag = got.Header("ETag")!;
        Assert.Equal(
            (Octets, "bytes", "max-age=31536000, private, immutable"),
            (got.Header("Content-Type"), got.Header("Accept-Ranges"), got.Header("Cache-Control"))
        );
        foreach (var known in (string[])[tag, $"W/{tag}", $"\"other\", {tag}", "*"])
        {
            Assert.Equal((known, 304), (known, (await room.Client.GetAsync(path, ("If-None-Match", known))).Status));
            Assert.Equal((known, 304), (known, (await room.Client.HeadAsync(path, ("If-None-Match", known))).Status));
        }

        Assert.Equal(200, (await room.Client.GetAsync(path, ("If-None-Match", "\"other\""))).Status);
        // The rest of what one has, or else all.
        Assert.Equal(bytes[2000..], (await room.Client.GetAsync(path, ("Range", "bytes=2000-"), ("If-Range", tag))).Body);
        foreach (var other in (string[])["\"other\"", "Wed, 21 Oct 2026 07:28:00 GMT"])
            Assert.Equal(bytes, (await room.Client.GetAsync(path, ("Range", "bytes=2000-"), ("If-Range", other))).Body);
    }

    /// <summary>What HEAD says of something, GET says too, and gives it.</summary>
    [Theory, EveryDatabase]
    public async Task What_can_be_fetched_can_be_asked_about(DatabaseKind kind)
    {
        var room = await rooms.OfAsync(kind);
        var repository = room.Repository();
        var image = await room.Client.PushImageAsync(repository);
        var blob = await room.Client.PushAsync(repository, Images.Bytes(300), "sha512");
        var upload = Case.Location(await room.Client.SendAsync("POST", $"/v2/{repository}/blobs/uploads/", null), 202);
        foreach (
            var path in (string[])
                [
                    "/v2/",
                    $"/v2/{repository}/manifests/latest",
                    $"/v2/{repository}/manifests/{image}",
                    $"/v2/{repository}/manifests/nothing",
                    $"/v2/{repository}/blobs/{blob}",
                    $"/v2/{repository}/blobs/{Images.Digest([7])}",
                    $"/v2/{repository}/blobs/sha256:no",
                    $"/v2/{repository}/tags/list",
                    $"/v2/{repository}/referrers/{image}",
                    upload,
                ]
        )
        {
            var (head, get) = (await room.Client.HeadAsync(path), await room.Client.GetAsync(path));
            Assert.Equal((path, get.Status, ""), (path, head.Status, head.Text));
            if (get.Status < 300)
                Assert.Equal(Lines(get), Lines(head));
        }

        static IEnumerable<string> Lines(Said said) =>
            said.Headers.Where(one => !Own.Contains(one.Key)).Select(one => $"{one.Key}: {one.Value}").Order();
    }

    private static async Task<(string Path, byte[] Bytes)> PushAsync(RegistryRoom room)
    {
        var (repository, bytes) = (room.Repository(), Images.Bytes(2048));
        return ($"/v2/{repository}/blobs/{await room.Client.PushAsync(repository, bytes)}", bytes);
    }
}
