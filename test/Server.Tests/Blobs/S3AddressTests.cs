using Slipway.Server.Blobs;
using Xunit;

namespace Slipway.Server.Tests.Blobs;

public sealed class S3AddressTests
{
    [Theory]
    [InlineData("s3://ci", null, "us-east-1", "", false)]
    [InlineData("s3://ci/slipway?region=eu-west-1", null, "eu-west-1", "slipway/", false)]
    [InlineData("s3://ci/a/b/?endpoint=http://127.0.0.1:9000", "http://127.0.0.1:9000/", "us-east-1", "a/b/", true)]
    [InlineData("s3://ci?path-style=false&endpoint=https://s3.example.com", "https://s3.example.com/", "us-east-1", "", false)]
    public void A_bucket_is_read(string text, string? endpoint, string region, string prefix, bool pathStyle)
    {
        var options = S3Address.Parse(text, "key", "secret");

        Assert.Equal(("ci", prefix, region, pathStyle), (options.Bucket, options.Prefix, options.Region, options.PathStyle));
        Assert.Equal(endpoint, options.Endpoint?.ToString());
        Assert.Equal(("key", "secret"), (options.AccessKey, options.SecretKey));
    }

    [Fact]
    public void What_clients_call_it_and_how_long_it_may_take_can_be_said()
    {
        var options = S3Address.Parse(
            "s3://ci?endpoint=http://minio:9000&public-endpoint=https://s3.example.com&timeout=30",
            "key",
            "secret"
        );
        Assert.Equal(new Uri("https://s3.example.com"), options.PublicEndpoint);
        Assert.Equal((new Uri("http://minio:9000"), TimeSpan.FromSeconds(30)), (options.Endpoint, options.Timeout));
    }

    [Theory]
    [InlineData("ci", "is no bucket")]
    [InlineData("s3://", "is no name of a bucket")]
    [InlineData("s3://a b/c", "is no name of a bucket")]
    [InlineData("s3://ci?endpoint=ftp://x", "endpoint=ftp://x")]
    [InlineData("s3://ci?zone=1", "zone=1")]
    [InlineData("s3://ci?timeout=0", "timeout=0")]
    [InlineData("s3://ci?public-endpoint=files", "public-endpoint=files")]
    public void What_is_none_is_refused(string text, string why) =>
        Assert.Contains(why, Assert.Throws<FormatException>(() => S3Address.Parse(text, "key", "secret")).Message);

    [Fact]
    public void Without_keys_it_says_where_they_belong() =>
        Assert.Contains("AWS_SECRET_ACCESS_KEY", Assert.Throws<FormatException>(() => S3Address.Parse("s3://ci", "key", null)).Message);
}
