using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Registry;

/// <summary>The words and codes of the answers, which clients show and act upon.</summary>
public sealed class AnswerTests(RegistryRooms rooms) : IClassFixture<RegistryRooms>
{
    [Theory, EveryDatabase]
    public async Task What_is_not_there_is_not_found_and_an_empty_repository_is_none(DatabaseKind kind)
    {
        var room = await rooms.OfAsync(kind);
        var repository = room.Repository();
        var ping = await room.Client.GetAsync("/v2/");
        Assert.Equal((200, "{}"), (ping.Status, ping.Text));
        Assert.Equal("registry/2.0", ping.Header("Docker-Distribution-API-Version"));
        foreach (
            var (path, status, code) in (IEnumerable<(string, int, string)>)
                [
                    ("tags/list", 404, "NAME_UNKNOWN"),
                    ("manifests/latest", 404, "MANIFEST_UNKNOWN"),
                    ($"manifests/{Images.Digest([1])}", 404, "MANIFEST_UNKNOWN"),
                    ("manifests/sha256:baddigeststring", 400, "DIGEST_INVALID"),
                    ("blobs/sha256:baddigeststring", 400, "DIGEST_INVALID"),
                    ("referrers/sha256:baddigeststring", 400, "DIGEST_INVALID"),
                    ($"blobs/uploads/{Guid.NewGuid():N}", 404, "BLOB_UPLOAD_UNKNOWN"),
                ]
        )
        {
            var said = await room.Client.GetAsync($"/v2/{repository}/{path}");
            Assert.Equal((path, status, code), (path, said.Status, said.Code));
        }

        var referrers = await room.Client.GetAsync($"/v2/{repository}/referrers/{Images.Digest(Images.Bytes(5))}");
        Assert.Equal((200, Images.OciIndex), (referrers.Status, referrers.Header("Content-Type")));
        Assert.Equal($$"""{"schemaVersion":2,"mediaType":"{{Images.OciIndex}}","manifests":[]}""", referrers.Text);
        Assert.Equal(405, (await room.Client.SendAsync("PATCH", $"/v2/{repository}/tags/list", null)).Status);
    }

    [Theory]
    [InlineData("PATCH", "/v2/ada/app/tags/list", "GET, HEAD")]
    [InlineData("POST", "/v2/", "GET, HEAD")]
    [InlineData("GET", "/v2/ada/app/blobs/uploads/", "POST")]
    [InlineData("POST", "/v2/ada/app/manifests/t", "GET, HEAD, PUT, DELETE")]
    [InlineData("OPTIONS", "/v2/ada/app/blobs/uploads/x", "GET, HEAD, PUT, PATCH, DELETE")]
    public async Task What_cannot_be_done_is_said_to_anybody_with_what_can(string method, string path, string allow)
    {
        var room = await rooms.OfAsync(DatabaseKind.Sqlite);
        using var nobody = room.Stranger();
        var said = await nobody.OnceAsync(method, path, null, null);
        Assert.Equal((405, "UNSUPPORTED", allow), (said.Status, said.Code, said.Header("Allow")));
    }

    /// <summary>Whatever the request is, an answer is in the registry's words and never our failure.</summary>
    [Theory]
    [InlineData("GET", "/v2/ada/app/../app/tags/list", "200 404")]
    [InlineData("GET", "/v2/app/tags/list", "401")]
    [InlineData("GET", "/v2/ada%2fapp/tags/list", "400")]
    [InlineData("GET", "/v2/ada%252fapp/tags/list", "400")]
    [InlineData("GET", "/v2/ada/app/%2e%2e/%2e%2e/_catalog", "401 404")]
    [InlineData("GET", "/v2/ada/a%C3%A4/tags/list", "400")]
    [InlineData("GET", "/v2/ADA/APP/tags/list", "400")]
    [InlineData("GET", "/v2/ada/app/manifests/la%20test", "400")]
    [InlineData("GET", "/v2/ada/app/manifests/latest%0d%0aX: y", "400")]
    [InlineData("GET", "/v2/ada/app/manifests/sha256%3A00", "400")]
    [InlineData("GET", "/v2/ada/app/manifests/SHA256:0000000000000000000000000000000000000000000000000000000000000000", "400")]
    [InlineData("GET", "/v2/ada/app/blobs/sha512:0000000000000000000000000000000000000000000000000000000000000000", "400")]
    [InlineData("GET", "/v2/ada/app/blobs/uploads/%F0%9F%90%B3", "404")]
    [InlineData("GET", "/v2/ada/app/tags/list?n=1&last=%00", "200 404")]
    [InlineData("GET", "/v2/ada/app/tags/list?last=%ED%A0%80", "200 404")]
    [InlineData("GET", "/v2/ada/app/referrers/sha256:0?artifactType=%00", "400")]
    [InlineData("POST", "/v2/ada/app/blobs/uploads/?mount=x&from=%00", "202")]
    [InlineData("POST", "/v2/ada/app/blobs/uploads/?digest=x", "400")]
    [InlineData("POST", "/v2/ada/app/blobs/uploads/?digest-algorithm=md5", "400")]
    [InlineData("PUT", "/v2/ada/app/blobs/uploads/0", "404")]
    public async Task Tricks_with_addresses_lead_nowhere(string method, string path, string statuses)
    {
        var room = await rooms.OfAsync(DatabaseKind.Sqlite);
        var said = await room.Client.SendAsync(method, path, null);
        Assert.Contains($"{said.Status}", statuses.Split(' '));
        if (said.Status >= 400)
            Assert.NotEmpty(said.Code);
    }

    [Fact]
    public async Task Names_of_any_length_are_answered()
    {
        var room = await rooms.OfAsync(DatabaseKind.Sqlite);
        foreach (
            var (path, status) in (IEnumerable<(string, int)>)
                [
                    ($"ada/app/{new string('a', 247)}/tags/list", 404),
                    ($"ada/app/{new string('a', 248)}/tags/list", 400),
                    (string.Join('/', Enumerable.Repeat("a", 128)) + "/tags/list", 401),
                    (string.Join('/', Enumerable.Repeat("a", 3000)) + "/tags/list", 400),
                    ($"ada/app/manifests/{new string('t', 128)}", 404),
                    ($"ada/app/manifests/{new string('t', 129)}", 400),
                    ($"ada/app/blobs/uploads/{new string('u', 4000)}", 404),
                ]
        )
            Assert.Equal((path, status), (path, (await room.Client.GetAsync("/v2/" + path)).Status));
        var longest = $"ada/app/{new string('a', 247)}";
        await room.Client.PushImageAsync(longest, new string('t', 128));
        Assert.Equal(200, (await room.Client.GetAsync($"/v2/{longest}/manifests/{new string('t', 128)}")).Status);
    }
}
