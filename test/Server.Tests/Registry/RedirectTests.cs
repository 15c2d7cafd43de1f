using System.Web;
using Slipway.Server.Registry;
using Slipway.Server.Tests.Support;
using Slipway.Server.Tests.Support.S3;
using Xunit;

namespace Slipway.Server.Tests.Registry;

/// <summary>Who pulls is sent to the bucket when that is wanted, and only who may pull.</summary>
public sealed class RedirectTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_blob_is_fetched_from_the_bucket_with_an_address_that_is_good_for_a_while()
    {
        await using var bucket = await S3Server.StartAsync();
        var outside = new UriBuilder(bucket.Address) { Host = "localhost" }.Uri;
        await using var room = await OpenAsync(bucket, $"&public-endpoint={outside}", redirects: true);
        var (repository, bytes) = (room.Repository(), Images.Bytes(1000));
        var at = $"/v2/{repository}/blobs/{await room.Client.PushAsync(repository, bytes)}";

        var head = await room.Client.HeadAsync(at);
        Assert.Equal((200, "1000"), (head.Status, head.Header("Content-Length")));
        var sent = await room.Client.GetAsync(at, ("Range", "bytes=10-19"));
        Assert.Equal((307, "", "no-store, private"), (sent.Status, sent.Text, sent.Header("Cache-Control")));
        Assert.StartsWith(outside.ToString(), sent.Location);
        Assert.InRange(int.Parse(HttpUtility.ParseQueryString(new Uri(sent.Location).Query)["X-Amz-Expires"]!), 1790, 1800);
        Assert.DoesNotContain(S3Server.SecretKey, HttpUtility.UrlDecode(sent.Location));

        using var http = new HttpClient();
        Assert.Equal(bytes, await http.GetByteArrayAsync(sent.Location, Ct));
        using var part = new HttpRequestMessage(HttpMethod.Get, sent.Location) { Headers = { { "Range", "bytes=10-19" } } };
        using var answer = await http.SendAsync(part, Ct);
        Assert.Equal(bytes[10..20], await answer.Content.ReadAsByteArrayAsync(Ct));
        Assert.False((await http.GetAsync(sent.Location.Replace("X-Amz-Expires=1", "X-Amz-Expires=2"), Ct)).IsSuccessStatusCode);

        using var stranger = room.Stranger();
        var refused = await stranger.GetAsync(at);
        Assert.Equal((401, null), (refused.Status, refused.Header("Location")));
        var other = await room.Server.UserAsync("eve");
        using var eve = room.ClientOf("eve", other.Token);
        Assert.Null((await eve.GetAsync(at)).Header("Location"));
    }

    [Fact]
    public async Task Nobody_is_sent_anywhere_unless_that_is_wanted_and_can_be()
    {
        await using var bucket = await S3Server.StartAsync();
        await using var unwanted = await OpenAsync(bucket, "", redirects: false);
        await using var folder = await RegistryRoom.OpenAsync(with: options =>
            options with
            {
                Registry = new RegistryOptions { Redirects = true },
            }
        );
        foreach (var room in (RegistryRoom[])[unwanted, folder])
        {
            var (repository, bytes) = (room.Repository(), Images.Bytes(1000));
            var got = await room.Client.GetAsync($"/v2/{repository}/blobs/{await room.Client.PushAsync(repository, bytes)}");
            Assert.Equal(200, got.Status);
            Assert.Equal(bytes, got.Body);
        }
    }

    private static Task<RegistryRoom> OpenAsync(S3Server bucket, string more, bool redirects) =>
        RegistryRoom.OpenAsync(with: options =>
            options with
            {
                Blobs = $"s3://{S3Server.Bucket}/ci?endpoint={bucket.Address}{more}",
                BlobsAccessKey = S3Server.AccessKey,
                BlobsSecretKey = S3Server.SecretKey,
                Registry = new RegistryOptions { Redirects = redirects },
            }
        );
}
