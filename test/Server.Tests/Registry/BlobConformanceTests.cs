using System.Text;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Registry;

/// <summary>What the OCI distribution standard's suite asks of blobs, with both algorithms and both databases. The numbers are those of our list of its cases.</summary>
public sealed class BlobConformanceTests(RegistryRooms rooms) : IClassFixture<RegistryRooms>
{
    private const string Octets = "application/octet-stream";

    public static TheoryData<DatabaseKind, string> Both { get; } =
        new(from kind in Enum.GetValues<DatabaseKind>() from algorithm in (string[])["sha256", "sha512"] select (kind, algorithm));

    /// <summary>Ways to push a blob that the standard has: 2.2 to 2.5, 2.10, 2.11.</summary>
    private static readonly Dictionary<string, Func<Pusher, Task<Said>>> Ways = new()
    {
        ["one request"] = pusher => pusher.OneAsync(),
        ["POST, then PUT"] = pusher => pusher.WholeAsync(),
        ["one piece"] = pusher => pusher.PiecesAsync(1, lastInPut: false),
        ["a stream"] = pusher => pusher.StreamAsync(),
        ["three pieces"] = pusher => pusher.PiecesAsync(3, lastInPut: false),
        ["three pieces, the last with the PUT"] = pusher => pusher.PiecesAsync(3, lastInPut: true),
        ["pieces out of order"] = pusher => pusher.PiecesAsync(3, lastInPut: false, disturbed: true),
        ["pieces out of order, the last with the PUT"] = pusher => pusher.PiecesAsync(3, lastInPut: true, disturbed: true),
    };

    [Theory, MemberData(nameof(Both))]
    public async Task A_blob_comes_in_every_way_and_goes(DatabaseKind kind, string algorithm)
    {
        var room = await rooms.OfAsync(kind);
        foreach (var (way, push) in Ways)
        foreach (var bytes in (byte[][])[Images.Bytes(3067), [], "{}"u8.ToArray()])
        {
            var pusher = new Pusher(room.Client, room.Repository(), bytes, Images.Digest(bytes, algorithm));
            // Of nothing there are no pieces.
            if (way.Contains("piece") && bytes.Length < 3)
                continue;
            var done = await push(pusher);
            Assert.True(done.Status == 201, $"{way}, {bytes.Length} bytes: {done.Status} {done.Text}");
            Assert.Equal(pusher.Digest, done.Header("Docker-Content-Digest"));
            await IsThereAsync(room.Client, done.Location, pusher);
            await GoesAsync(room.Client, pusher);
        }
    }

    [Theory, MemberData(nameof(Both))]
    public async Task What_is_not_what_it_is_said_to_be_is_refused_in_every_way(DatabaseKind kind, string algorithm)
    {
        var room = await rooms.OfAsync(kind);
        foreach (var (way, push) in Ways)
        {
            var bytes = Images.Bytes(3067);
            var pusher = new Pusher(room.Client, room.Repository(), [.. bytes, 1, 2, 3, 4, 5], Images.Digest(bytes, algorithm));
            var done = await push(pusher);
            Assert.True((done.Status, done.Code) == (400, "DIGEST_INVALID"), $"{way}: {done.Status} {done.Text}");
            Assert.Equal(404, (await room.Client.HeadAsync(pusher.Path)).Status);
        }
    }

    [Theory, MemberData(nameof(Both))]
    public async Task A_blob_that_is_not_there_is_not_found(DatabaseKind kind, string algorithm)
    {
        var room = await rooms.OfAsync(kind);
        var said = await room.Client.GetAsync($"/v2/{room.Repository()}/blobs/{Images.Digest(Images.Bytes(9), algorithm)}");
        Assert.Equal((404, "BLOB_UNKNOWN"), (said.Status, said.Code));
    }

    [Theory, MemberData(nameof(Both))]
    public async Task A_blob_is_taken_from_another_repository_or_pushed_when_none_has_it(DatabaseKind kind, string algorithm)
    {
        var room = await rooms.OfAsync(kind);
        var (first, second, third) = (room.Repository(), room.Repository(), room.Repository());
        var bytes = Images.Bytes(512);
        var digest = await room.Client.PushAsync(second, bytes, algorithm);

        // Docker writes colons and slashes in this way, others plainly.
        foreach (
            var (to, query) in (IEnumerable<(string, string)>)
                [
                    (first, $"mount={Uri.EscapeDataString(digest)}&from={Uri.EscapeDataString(second)}&origin=hub.example.com"),
                    (third, $"mount={digest}"),
                ]
        )
        {
            var mounted = await room.Client.SendAsync("POST", $"/v2/{to}/blobs/uploads/?{query}", null);
            Assert.Equal((201, digest), (mounted.Status, mounted.Header("Docker-Content-Digest")));
            await IsThereAsync(room.Client, mounted.Location, new Pusher(room.Client, to, bytes, digest));
        }

        var missing = Images.Bytes(512);
        var name = Images.Digest(missing, algorithm);
        var refused = await room.Client.SendAsync("POST", $"/v2/{first}/blobs/uploads/?mount={name}&from={second}", null);
        Assert.Equal(202, refused.Status);
        Assert.Equal(201, (await room.Client.SendAsync("PUT", $"{refused.Location}?digest={name}", missing)).Status);
    }

    [Theory, EveryDatabase]
    public async Task An_upload_can_be_given_up(DatabaseKind kind)
    {
        var room = await rooms.OfAsync(kind);
        var begun = await room.Client.SendAsync("POST", $"/v2/{room.Repository()}/blobs/uploads/", null);
        Assert.Equal("0-0", begun.Header("Range"));
        Assert.Equal(204, (await room.Client.SendAsync("DELETE", begun.Location, null)).Status);
        var gone = await room.Client.GetAsync(begun.Location);
        Assert.Equal((404, "BLOB_UPLOAD_UNKNOWN"), (gone.Status, gone.Code));
    }

    [Theory, EveryDatabase]
    public async Task Parts_of_a_blob_are_given_as_they_are_asked_for(DatabaseKind kind)
    {
        var room = await rooms.OfAsync(kind);
        var (repository, bytes) = (room.Repository(), Images.Bytes(2048));
        var path = $"/v2/{repository}/blobs/{await room.Client.PushAsync(repository, bytes)}";
        foreach (
            var (range, start, length) in (IEnumerable<(string, int, int)>)
                [
                    ("500-1499", 500, 1000),
                    ("500-", 500, 1548),
                    ("-500", 1548, 500),
                    ("2000-5000", 2000, 48),
                    ("0-0", 0, 1),
                    ("-9999", 0, 2048),
                ]
        )
        {
            var said = await room.Client.GetAsync(path, ("Range", "bytes=" + range));
            Assert.Equal((range, 206), (range, said.Status));
            Assert.Equal(bytes[start..(start + length)], said.Body);
            Assert.Equal($"{length}", said.Header("Content-Length"));
            Assert.Equal($"bytes {start}-{start + length - 1}/2048", said.Header("Content-Range"));
        }

        foreach (var range in (string[])["500-0", "5000-10000", "2048-", "-0"])
        {
            var said = await room.Client.GetAsync(path, ("Range", "bytes=" + range));
            Assert.Equal((range, 416, "bytes */2048"), (range, said.Status, said.Header("Content-Range")));
        }

        // Nonsense is no range, and more than there is is all there is.
        foreach (var range in (string[])["bytes=x-1", "lines=0-1", "bytes=0-2047,0-2047"])
            Assert.Equal(bytes, (await room.Client.GetAsync(path, ("Range", range))).Body);
    }

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

    private static async Task IsThereAsync(RegistryClient client, string location, Pusher pushed)
    {
        var got = await client.GetAsync(location);
        Assert.Equal(200, got.Status);
        Assert.Equal(pushed.Bytes, got.Body);
        Assert.Equal((pushed.Digest, Octets), (got.Header("Docker-Content-Digest"), got.Header("Content-Type")));
        var head = await client.HeadAsync(pushed.Path);
        Assert.Equal((200, $"{pushed.Bytes.Length}", ""), (head.Status, head.Header("Content-Length"), head.Text));
        Assert.Equal(304, (await client.GetAsync(location, ("If-None-Match", got.Header("ETag")!))).Status);
    }

    private static async Task GoesAsync(RegistryClient client, Pusher pushed)
    {
        Assert.Equal(202, (await client.DeleteAsync(pushed.Path)).Status);
        Assert.Equal(404, (await client.HeadAsync(pushed.Path)).Status);
        Assert.Equal(404, (await client.DeleteAsync(pushed.Path)).Status);
    }

    /// <summary>Pushes one blob.</summary>
    private sealed record Pusher(RegistryClient Client, string Repository, byte[] Bytes, string Digest)
    {
        public string Path => $"/v2/{Repository}/blobs/{Digest}";

        public Task<Said> OneAsync() =>
            Client.SendAsync("POST", $"/v2/{Repository}/blobs/uploads/?digest={Digest}", Bytes, ("Content-Type", Octets));

        public async Task<Said> WholeAsync() =>
            await Client.SendAsync("PUT", $"{await BeginAsync()}?digest={Digest}", Bytes, ("Content-Type", Octets));

        public async Task<Said> StreamAsync()
        {
            var streamed = await Client.SendAsync("PATCH", await BeginAsync(), Bytes, ("Transfer-Encoding", "chunked"));
            Assert.Equal(202, streamed.Status);
            return await Client.SendAsync("PUT", $"{streamed.Location}?digest={Digest}", null);
        }

        /// <param name="lastInPut">The last piece comes with the PUT.</param>
        /// <param name="disturbed">Before each good piece comes one that does not belong there.</param>
        public async Task<Said> PiecesAsync(int count, bool lastInPut, bool disturbed = false)
        {
            var (location, size) = (await BeginAsync(), (Bytes.Length + count - 1) / count);
            for (var start = 0; start < Bytes.Length; start += size)
            {
                var end = Math.Min(start + size, Bytes.Length);
                var isLast = lastInPut && end == Bytes.Length;
                var (method, address) = isLast ? ("PUT", $"?digest={Digest}") : ("PATCH", "");
                if (disturbed)
                {
                    var wrong = end + size > Bytes.Length ? 0 : end;
                    var refused = await Client.SendAsync(method, location + address, Bytes[..size], Range(wrong, wrong + size));
                    Assert.Equal(416, refused.Status);
                    var status = await Client.GetAsync(location);
                    Assert.Equal((204, $"0-{Math.Max(0, start - 1)}"), (status.Status, status.Header("Range")));
                    location = status.Location;
                }

                var said = await Client.SendAsync(method, location + address, Bytes[start..end], Range(start, end));
                if (isLast)
                    return said;
                Assert.Equal((202, $"0-{end - 1}"), (said.Status, said.Header("Range")));
                location = said.Location;
            }

            return await Client.SendAsync("PUT", $"{location}?digest={Digest}", null, ("Content-Type", Octets));
        }

        private static (string, string) Range(int start, int end) => ("Content-Range", $"{start}-{end - 1}");

        private async Task<string> BeginAsync()
        {
            var begun = await Client.SendAsync("POST", $"/v2/{Repository}/blobs/uploads/", null);
            Assert.Equal(202, begun.Status);
            return begun.Location;
        }
    }
}
