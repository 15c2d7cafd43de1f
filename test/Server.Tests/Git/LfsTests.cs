using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Blobs;
using Slipway.Server.Http;
using Slipway.Server.Tests.Support;
using Slipway.Server.Tests.Support.S3;
using Xunit;

namespace Slipway.Server.Tests.Git;

/// <summary>What git-lfs asks, by its API's description.</summary>
public sealed class LfsTests
{
    private static readonly byte[] Content = Encoding.UTF8.GetBytes("a large file, for a test");
    private static readonly string Oid = Convert.ToHexStringLower(SHA256.HashData(Content));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_is_sent_once_and_fetched_by_those_who_may_read_the_project()
    {
        await using var server = await GitServer.StartAsync();
        var other = await server.Server.ProjectAsync(server.Owner.Row, "other");
        var ada = $"ada:{server.Owner.Token}";

        var asked = await BatchAsync(server, "upload", ada);
        var upload = asked.GetProperty("objects")[0].GetProperty("actions").GetProperty("upload");
        var href = upload.GetProperty("href").GetString()!;
        Assert.Equal($"{server.Server.Address}ada/app.git/gitlab-lfs/objects/{Oid}/{Content.Length}", href);
        Assert.StartsWith("Basic ", upload.GetProperty("header").GetProperty("Authorization").GetString());
        Assert.Equal(422, await SendAsync(server, HttpMethod.Put, href, ada, [.. Content, 0]));
        Assert.Equal(422, await SendAsync(server, HttpMethod.Put, href, ada, Content[1..]));
        Assert.Equal(200, await SendAsync(server, HttpMethod.Put, href, ada, Content));
        Assert.Equal(200, await SendAsync(server, HttpMethod.Put, href, ada, Content));

        // Sent before: nothing to do. In another project it is not there, although its bytes are.
        Assert.Equal(
            JsonValueKind.Null,
            (await BatchAsync(server, "upload", ada)).GetProperty("objects")[0].GetProperty("actions").ValueKind
        );
        var elsewhere = await BatchAsync(server, "download", ada, "ada/other.git");
        Assert.Equal(404, elsewhere.GetProperty("objects")[0].GetProperty("error").GetProperty("code").GetInt32());
        Assert.Equal(404, await SendAsync(server, HttpMethod.Get, $"{server.Server.Address}ada/other.git/gitlab-lfs/objects/{Oid}", ada));
        Assert.NotEqual(0, other.Id);

        var found = await BatchAsync(server, "download", ada);
        var download = found.GetProperty("objects")[0].GetProperty("actions").GetProperty("download").GetProperty("href").GetString()!;
        using var request = Request(HttpMethod.Get, download, ada);
        using var answer = await server.Server.Anonymous.SendAsync(request, Ct);
        Assert.Equal(Content, await answer.Content.ReadAsByteArrayAsync(Ct));
    }

    [Fact]
    public async Task The_real_git_lfs_pushes_a_large_file_and_another_clone_has_it()
    {
        var lfs = await new GitClient("/").RunAsync("lfs", "version");
        Assert.SkipUnless(lfs.Ok, "git-lfs is not installed (eng/machine.sh installs it)");
        await using var server = await GitServer.StartAsync();
        var git = await GitClient.InitAsync(server.Place("large"));
        await git.OkAsync("lfs", "install", "--local");
        await git.OkAsync("lfs", "track", "*.bin");
        var line = string.Concat(Enumerable.Range(0, 300_000).Select(number => $"{number} "));
        await git.CommitAsync("A large file", ("crate.bin", line));
        await git.OkAsync("push", "-q", server.Url, "main");
        Assert.StartsWith("version https://git-lfs", await git.OkAsync("show", "HEAD:crate.bin"));

        var (clone, cloned) = await server.CloneAsync(
            server.Url,
            "clone",
            "-c",
            "filter.lfs.smudge=git-lfs smudge -- %f",
            "-c",
            "filter.lfs.process=git-lfs filter-process"
        );
        Assert.True(cloned.Ok, cloned.Said);
        Assert.Equal(line, await File.ReadAllTextAsync(Path.Combine(clone.Folder, "crate.bin"), Ct));

        // A second push of the same has nothing to send, and somebody who may not read gets nothing.
        await git.OkAsync("push", "-q", server.Url, "main:again");
        var eve = await server.Server.UserAsync("eve");
        var refused = await git.RunAsync("lfs", "push", server.UrlOf("eve", eve.Token), "main");
        Assert.False(refused.Ok);
    }

    /// <summary>The database says that it is there, so whoever asks is not told that it is not.</summary>
    [Theory]
    [InlineData("gone", "the server's storage has lost it")]
    [InlineData("shorter", "it is damaged in the server's storage")]
    [InlineData("changed", "it is damaged in the server's storage")]
    public async Task A_file_that_the_store_has_lost_or_changed_is_503_with_the_reason(string what, string why)
    {
        await using var server = await GitServer.StartAsync();
        var ada = $"ada:{server.Owner.Token}";
        var href = $"{server.Server.Address}ada/app.git/gitlab-lfs/objects/{Oid}";
        Assert.Equal(404, await SendAsync(server, HttpMethod.Get, href, ada));
        Assert.Equal(200, await SendAsync(server, HttpMethod.Put, $"{href}/{Content.Length}", ada, Content));
        var file = Path.Combine(server.Server.DataFolder, "blobs", "sha256", Oid[..2], Oid);
        if (what == "gone")
            File.Delete(file);
        else
            await File.WriteAllBytesAsync(file, what == "shorter" ? Content[1..] : [.. Content[1..], 0], Ct);

        using var request = Request(HttpMethod.Get, href, ada);
        using var answer = await server.Server.Anonymous.SendAsync(request, Ct);
        Assert.Equal(503, (int)answer.StatusCode);
        Assert.Equal("application/vnd.git-lfs+json", answer.Content.Headers.ContentType!.MediaType);
        var said = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct)).RootElement;
        Assert.Equal(why, said.GetProperty("message").GetString());
    }

    /// <summary>The database says that it is there; only who still has it can bring it back.</summary>
    [Theory, EveryBlobStore]
    public async Task A_file_that_the_store_has_lost_is_asked_for_again_and_the_push_mends_it(BlobStoreKind kind)
    {
        await using var bucket = kind == BlobStoreKind.S3 ? await S3Server.StartAsync() : null;
        await using var server = await GitServer.StartAsync(with: options =>
            bucket is null
                ? options
                : options with
                {
                    Blobs = $"s3://{S3Server.Bucket}/ci?endpoint={bucket.Address}",
                    BlobsAccessKey = S3Server.AccessKey,
                    BlobsSecretKey = S3Server.SecretKey,
                }
        );
        var ada = $"ada:{server.Owner.Token}";
        var href = $"{server.Server.Address}ada/app.git/gitlab-lfs/objects/{Oid}";
        var blobs = server.Server.Services.GetRequiredService<IBlobStore>();
        Assert.Equal(200, await SendAsync(server, HttpMethod.Put, $"{href}/{Content.Length}", ada, Content));
        Assert.False(await IsAskedForAsync());

        await blobs.DeleteAsync(BlobDigest.Parse("sha256:" + Oid, null), Ct);
        Assert.True(await IsAskedForAsync());
        await MendAsync();
        if (kind != BlobStoreKind.Disk)
            return;
        await File.WriteAllBytesAsync(Path.Combine(server.Server.DataFolder, "blobs", "sha256", Oid[..2], Oid), Content[1..], Ct);
        Assert.True(await IsAskedForAsync());
        await MendAsync();

        async Task<bool> IsAskedForAsync() =>
            (await BatchAsync(server, "upload", ada)).GetProperty("objects")[0].GetProperty("actions").ValueKind == JsonValueKind.Object;

        async Task MendAsync()
        {
            Assert.Equal(200, await SendAsync(server, HttpMethod.Put, $"{href}/{Content.Length}", ada, Content));
            Assert.False(await IsAskedForAsync());
            using var request = Request(HttpMethod.Get, href, ada);
            using var answer = await server.Server.Anonymous.SendAsync(request, Ct);
            Assert.Equal(Content, await answer.Content.ReadAsByteArrayAsync(Ct));
        }
    }

    [Fact]
    public async Task Who_may_not_gets_nothing_and_what_is_no_batch_is_said_to_be_none()
    {
        await using var server = await GitServer.StartAsync();
        var stranger = await server.Server.UserAsync("eve");
        var reader = await server.Server.TokenAsync(server.Owner.Row, Scopes.ReadRepository);
        var href = $"{server.Server.Address}ada/app.git/gitlab-lfs/objects/{Oid}/{Content.Length}";
        var batch = $"{server.Server.Address}ada/app.git/info/lfs/objects/batch";

        Assert.Equal(401, await SendAsync(server, HttpMethod.Put, href, null, Content));
        Assert.Equal(404, await SendAsync(server, HttpMethod.Put, href, $"eve:{stranger.Token}", Content));
        Assert.Equal(403, await SendAsync(server, HttpMethod.Put, href, $"ada:{reader}", Content));
        Assert.Equal(401, await SendAsync(server, HttpMethod.Post, batch, null, Body("upload")));
        Assert.Equal(403, await SendAsync(server, HttpMethod.Post, batch, $"ada:{reader}", Body("upload")));
        var ada = $"ada:{server.Owner.Token}";
        foreach (
            var body in new[]
            {
                "",
                "[]",
                "{}",
                "{\"operation\":\"upload\",\"objects\":[{\"oid\":\"../x\",\"size\":1}]}",
                Encoding.UTF8.GetString(Body("dance")),
            }
        )
            Assert.Equal((body, 422), (body, await SendAsync(server, HttpMethod.Post, batch, ada, Encoding.UTF8.GetBytes(body))));
        foreach (var path in new[] { "x", "../../secret.key", $"{Oid}/x", $"{Oid}/-1", $"{Oid}/1/2", $"{Oid}/{long.MaxValue}" })
            Assert.Equal(
                (path, 404),
                (path, await SendAsync(server, HttpMethod.Put, $"{server.Server.Address}ada/app.git/gitlab-lfs/objects/{path}", ada, [1]))
            );
    }

    private static byte[] Body(string operation) =>
        JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                operation,
                transfers = new[] { "basic" },
                objects = new[] { new { oid = Oid, size = Content.Length } },
            }
        );

    private static async Task<JsonElement> BatchAsync(GitServer server, string operation, string credential, string path = "ada/app.git")
    {
        using var request = Request(HttpMethod.Post, $"{server.Server.Address}{path}/info/lfs/objects/batch", credential);
        request.Content = new ByteArrayContent(Body(operation));
        using var answer = await server.Server.Anonymous.SendAsync(request, Ct);
        Assert.Equal("application/vnd.git-lfs+json", answer.Content.Headers.ContentType!.MediaType);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Ct)).RootElement;
    }

    private static async Task<int> SendAsync(GitServer server, HttpMethod method, string url, string? credential, byte[]? body = null)
    {
        using var request = Request(method, url, credential);
        request.Content = body is null ? null : new ByteArrayContent(body);
        using var answer = await server.Server.Anonymous.SendAsync(request, Ct);
        return (int)answer.StatusCode;
    }

    private static HttpRequestMessage Request(HttpMethod method, string url, string? credential)
    {
        var request = new HttpRequestMessage(method, url);
        if (credential is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic",
                Convert.ToBase64String(Encoding.UTF8.GetBytes(credential))
            );
        return request;
    }
}
